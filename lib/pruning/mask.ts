import { type Model, parameterSpecs } from "../models/block.ts";

/** A matrix that pruning may thin out. */
export interface PrunableMatrix {
  /** The parameter's name in its model, e.g. `"overarch/0/weights"`. */
  readonly name: string;
  /** `[in, out]` for a weight matrix. */
  readonly shape: readonly number[];
}

/** The kept weights of one matrix. */
export interface MaskLayer extends PrunableMatrix {
  /** 1 = kept, 0 = removed; row-major, of the matrix's size. */
  readonly kept: Uint8Array<ArrayBuffer>;
}

/** How a mask came about. */
export interface MaskProvenance {
  /** The name of the criterion, e.g. `"magnitude"`; `"dense"` for a mask that keeps everything. */
  readonly criterion: string;
  /** The share that was asked to be removed. */
  readonly sparsity: number;
  /** The period of the stream, or the step, in which it was derived. */
  readonly derivedAt: number;
}

/** The masks of all prunable matrices of a model, with how they came about. */
export interface MaskSet {
  readonly layers: readonly MaskLayer[];
  readonly provenance: MaskProvenance;
}

/** Numbers by matrix, row-major: weights, gradients or importance. */
export type LayerValues = Readonly<Record<string, Float32Array<ArrayBuffer>>>;

/** How many weights a matrix has. */
export function sizeOf({ shape }: PrunableMatrix): number {
  return shape.reduce((product, side) => product * side, 1);
}

/** The matrices of a model that its blocks mark as prunable, in the order of its blocks. */
export function prunableMatrices(model: Model): PrunableMatrix[] {
  return parameterSpecs(model).filter(({ prunable }) => prunable).map(({ name, shape }) => ({ name, shape }));
}

/**
 * The mask that keeps everything.
 *
 * @example
 * ```ts
 * import { denseMask, keptCount } from "recscale/pruning";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(keptCount(denseMask([{ name: "w", shape: [2, 3] }])), { kept: 6, total: 6 });
 * ```
 */
export function denseMask(matrices: readonly PrunableMatrix[], derivedAt = 0): MaskSet {
  return {
    layers: matrices.map((matrix) => ({ ...matrix, kept: new Uint8Array(sizeOf(matrix)).fill(1) })),
    provenance: { criterion: "dense", sparsity: 0, derivedAt },
  };
}

/** How many weights a mask keeps, of how many. */
export function keptCount(mask: MaskSet): { readonly kept: number; readonly total: number } {
  let [kept, total] = [0, 0];
  for (const layer of mask.layers) {
    kept += keptInLayer(layer);
    total += layer.kept.length;
  }
  return { kept, total };
}

/** How many weights of one matrix are kept. */
export function keptInLayer({ kept }: MaskLayer): number {
  return kept.reduce((sum, bit) => sum + bit, 0);
}

/** The share of removed weights over all matrices together. */
export function sparsityOf(mask: MaskSet): number {
  const { kept, total } = keptCount(mask);
  return 1 - kept / total;
}

/** The share of removed weights by matrix. */
export function layerSparsities(mask: MaskSet): Record<string, number> {
  return Object.fromEntries(mask.layers.map((layer) => [layer.name, 1 - keptInLayer(layer) / layer.kept.length]));
}

/**
 * Jaccard overlap of what two masks keep: `|A and B| / |A or B|`, over all matrices together; 1 where both keep nothing.
 * Two masks of density d that have nothing to do with each other overlap by about `d / (2 - d)`.
 *
 * @throws {Error} when they are not masks of the same matrices
 *
 * @example
 * ```ts
 * import { maskOverlap } from "recscale/pruning";
 * import assert from "node:assert/strict";
 *
 * const provenance = { criterion: "by hand", sparsity: 0.5, derivedAt: 0 };
 * const mask = (...bits: number[]) => ({
 *   layers: [{ name: "w", shape: [1, 4], kept: Uint8Array.from(bits) }],
 *   provenance,
 * });
 * assert.equal(maskOverlap(mask(1, 1, 0, 0), mask(0, 1, 1, 0)), 1 / 3);
 * ```
 */
export function maskOverlap(a: MaskSet, b: MaskSet): number {
  requireSameMatrices(a.layers, b.layers);
  let [both, either] = [0, 0];
  for (const [l, { kept }] of a.layers.entries()) {
    for (const [k, bit] of kept.entries()) {
      const other = b.layers[l].kept[k];
      both += bit & other;
      either += bit | other;
    }
  }
  return either === 0 ? 1 : both / either;
}

/** Refuses matrices of different models. @throws {Error} naming the first matrix in which two lists differ */
export function requireSameMatrices(a: readonly PrunableMatrix[], b: readonly PrunableMatrix[]): void {
  const text = (matrix: PrunableMatrix | undefined) =>
    matrix ? `${matrix.name} [${matrix.shape.join(", ")}]` : "nothing";
  for (let l = 0; l < Math.max(a.length, b.length); l++) {
    if (text(a[l]) === text(b[l])) continue;
    throw new Error(
      `Cannot use masks of different models together: matrix ${l} is ${text(a[l])} in one, ${text(b[l])} in the other.`,
    );
  }
}
