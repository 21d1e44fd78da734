import { type Model, parameterSpecs, type Role } from "./block.ts";

/** What a model costs, by part. */
export interface Cost {
  /** Parameters by role; the embedding tables are role "embedding". */
  readonly parameters: Readonly<Record<Role, number>>;
  /** Forward FLOPs per example by role. Looking rows up counts 0: it moves memory and multiplies nothing. */
  readonly flops: Readonly<Record<Role, number>>;
  readonly totalParameters: number;
  readonly denseParameters: number;
  readonly totalFlops: number;
}

/**
 * Counts a model.
 *
 * @example
 * ```ts
 * import { buildModel, cost } from "recscale/models";
 * import assert from "node:assert/strict";
 *
 * const schema = { name: "two", fields: [{ name: "a", cardinality: 10 }], dense: ["x", "y"], time: "fileOrder" } as const;
 * const counted = cost(buildModel({ kind: "logisticRegression" }, schema));
 * assert.equal(counted.totalParameters, 10 + 2 + 1);
 * ```
 */
export function cost(model: Model): Cost {
  const none = () => ({ embedding: 0, bottom: 0, interaction: 0, overarch: 0, head: 0 });
  const parameters = none(), flops = none();
  const { fieldRows, dim } = model.embedding;
  parameters.embedding = fieldRows.reduce((sum, rows) => sum + rows * dim, 0);
  for (const block of model.blocks) {
    flops[block.role] += block.flops;
    for (const { shape } of block.parameters) parameters[block.role] += shape.reduce((a, b) => a * b, 1);
  }
  const denseParameters = parameterSpecs(model).reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  return {
    parameters,
    flops,
    denseParameters,
    totalParameters: parameters.embedding + denseParameters,
    totalFlops: Object.values(flops).reduce((a, b) => a + b, 0),
  };
}
