import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import type { Schema } from "../../lib/data/schema.ts";
import type { HostTensor } from "../../lib/engine/mod.ts";
import {
  blockRunner,
  buildModel,
  cost,
  fillInitial,
  type ModelConfigInput,
  parameterSpecs,
} from "../../lib/models/mod.ts";
import { assertClose } from "../engine/assert_close.ts";
import { engine } from "../engine/open_test_engine.ts";
import recorded from "../fixtures/models_torch.json" with { type: "json" };

// Runs on every backend (see ../engine/backends.test.ts). PyTorch's numbers are in double precision; ours are of models
// some tens of float32 operations deep.

const { batch, fields, columns, dim, seed } = recorded;
const schema: Schema = {
  name: "recorded",
  fields: Array.from({ length: fields }, (_, f) => ({ name: `f${f}`, cardinality: 10 })),
  dense: Array.from({ length: columns }, (_, j) => `x${j}`),
  time: "fileOrder",
};

const drawn = (name: string, shape: readonly number[], deviation: number): HostTensor => {
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
  fillInitial(data, { initializer: { kind: "normal", deviation }, seed, name });
  return { data, shape };
};

/** What the script writes for one model. */
interface RecordedModel {
  readonly config: ModelConfigInput;
  readonly logits: readonly number[];
  readonly embeddingGradient: readonly number[];
  /** Of each parameter's gradient: its norm, and its product with the draws named `along/NAME`. */
  readonly gradientNorms: Readonly<Record<string, number>>;
  readonly gradientsAlong: Readonly<Record<string, number>>;
  readonly flopsOfBatch: number;
  /** Tokens m of every dot interaction, which PyTorch computes as the whole m x m product. */
  readonly dotProductTokens: readonly number[];
}

/** Which config: its kind, and what a DHEN is made of. */
function titleOf(config: ModelConfigInput): string {
  if (config.kind === "dhen") {
    const layers = config.layers.map(({ repeat = 1, modules }) =>
      `${repeat} x ${modules.map(({ kind }) => kind).join(" + ")}`
    );
    return `a DHEN of ${layers.join(", ")}`;
  }
  return "structure" in config ? `a ${config.structure} ${config.kind}` : `a ${config.kind}`;
}

for (const want of recorded.models as unknown as readonly RecordedModel[]) {
  const { config, gradientNorms: norms, gradientsAlong: along } = want;
  const model = buildModel(config, schema);
  const specs = parameterSpecs(model);

  Deno.test(`${titleOf(config)} computes what PyTorch computes, in logits and all gradients, on ${engine.name}`, async () => {
    const named = <T>(values: readonly T[]) => Object.fromEntries(specs.map(({ name }, i) => [name, values[i]]));
    const step = engine.compileStep<Record<string, HostTensor>>(({ embeddings, dense, weights, ...rest }) => {
      const forward = (embeddings: tf.Tensor, ...p: tf.Tensor[]) =>
        model.logits(blockRunner(named(p)), { embeddings, dense });
      const at = [embeddings, ...specs.map((_, i) => rest[`p${i}`])];
      const gradients = tf.grads((...x) => tf.sum(tf.mul(forward(...x as [tf.Tensor]), weights)))(at);
      return { logits: forward(...at as [tf.Tensor]), ...Object.fromEntries(gradients.map((g, i) => [`g${i}`, g])) };
    }, { name: "logits and gradients" });
    const { logits, ...gradients } = await step.run({
      embeddings: drawn("test/embeddings", [batch, fields, dim], 1),
      dense: drawn("test/dense", [batch, columns], 1),
      weights: drawn("test/weights", [batch], 1),
      ...Object.fromEntries(specs.map(({ name, shape }, i) => [`p${i}`, drawn(name, shape, recorded.deviation)])),
    });
    step.dispose();

    assertClose(logits, want.logits, { relative: 3e-6, absolute: 3e-6, what: "logit" });
    const largest = Math.max(...want.embeddingGradient.map(Math.abs));
    assertClose(gradients.g0, want.embeddingGradient, {
      absolute: 5e-6 * (1 + largest),
      what: "gradient of embeddings",
    });
    assert.deepEqual(specs.map(({ name }) => name).sort(), Object.keys(norms).sort());
    specs.forEach(({ name, shape }, i) => {
      const g = gradients[`g${i + 1}`], direction = drawn(`along/${name}`, shape, 1).data;
      const norm = Math.hypot(...g), projected = g.reduce((sum, v, k) => sum + v * direction[k], 0);
      // softmax does not see what is added to all its scores, and q . b_k is the same for all keys
      if (!name.endsWith("/key/0/bias")) assert.ok(norms[name] > 1e-6, `${name} has a gradient to compare`);
      assertClose([norm], [norms[name]], { relative: 1e-5, absolute: 1e-5, what: `norm of the gradient of ${name}` });
      assertClose([projected], [along[name]], {
        absolute: 1e-5 * (1 + norms[name]),
        what: `gradient of ${name} along`,
      });
    });
  });

  Deno.test(`${titleOf(config)} costs the FLOPs that PyTorch counts, but for the half of the dot products that is not used`, () => {
    const unused = want.dotProductTokens.reduce((sum, m) => sum + 2 * dim * (m * m - m * (m - 1) / 2), 0);
    assert.equal(cost(model).totalFlops, want.flopsOfBatch / batch - unused);
  });
}
