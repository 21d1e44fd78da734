import { type Model, type ParameterSpec, parameterSpecs } from "../models/block.ts";
import { type LayerValues, type MaskSet } from "./mask.ts";

/** A layer whose neurons can be removed: the matrix that makes them and the one that reads them. */
export interface NeuronLayer {
  /** The matrix `[in, width]`; a neuron is one of its columns. */
  readonly name: string;
  /** The layer's bias `[width]`. */
  readonly bias: string;
  /** The matrix `[width, out]` that reads the neurons: one row each. */
  readonly next: string;
  readonly inputs: number;
  readonly width: number;
  readonly outputs: number;
}

/** Which neurons stay, by layer: 1 = kept. */
export type KeptNeurons = readonly Uint8Array<ArrayBuffer>[];

/**
 * The layers of a model whose neurons can be removed: `block/k/weights` where `block/k+1/weights` of the same block reads them. So
 * the last layer of a block never loses any: neither the logit nor the d-wide output of a bottom MLP, whose width the
 * interaction needs.
 */
export function neuronLayers(model: Model): NeuronLayer[] {
  const matrices = new Map(parameterSpecs(model).map((spec) => [spec.name, spec]));
  return [...matrices.values()].flatMap((spec) => {
    const match = /^(.*)\/(\d+)\/weights$/.exec(spec.name);
    if (!spec.prunable || !match) return [];
    const next = matrices.get(`${match[1]}/${Number(match[2]) + 1}/weights`);
    const bias = matrices.get(`${match[1]}/${match[2]}/bias`);
    if (!next || !bias || next.shape[0] !== spec.shape[1]) return [];
    return [neuronLayer(spec, bias, next)];
  });
}

function neuronLayer({ name, shape }: ParameterSpec, bias: ParameterSpec, next: ParameterSpec): NeuronLayer {
  return { name, bias: bias.name, next: next.name, inputs: shape[0], width: shape[1], outputs: next.shape[1] };
}

/**
 * Forward FLOPs per example of the matrices that make or read neurons, with only the kept ones left. A matrix between two
 * such layers costs `2 (kept above) (kept below)`.
 */
export function neuronFlops(layers: readonly NeuronLayer[], kept: KeptNeurons): number {
  const count = layers.map((_, l) => kept[l].reduce((sum, bit) => sum + bit, 0));
  let flops = 0;
  for (const [l, layer] of layers.entries()) {
    const before = layers.findIndex(({ next }) => next === layer.name);
    flops += 2 * (before < 0 ? layer.inputs : count[before]) * count[l];
    if (!layers.some(({ name }) => name === layer.next)) flops += 2 * count[l] * layer.outputs;
  }
  return flops;
}

/**
 * The masks by parameter that remove neurons: the column of their matrix, their bias, and the row of the next matrix. The
 * model with these masks computes what a model without the neurons would. The next matrix may be the logit's.
 */
export function neuronMask(
  model: Model,
  layers: readonly NeuronLayer[],
  kept: KeptNeurons,
  provenance: MaskSet["provenance"],
): MaskSet {
  const masked = parameterSpecs(model).flatMap(({ name, shape, prunable }) => {
    const own = layers.findIndex((layer) => layer.name === name);
    const bias = layers.findIndex((layer) => layer.bias === name);
    const before = layers.findIndex((layer) => layer.next === name);
    if (bias >= 0) return [{ name, shape, kept: kept[bias].slice() }];
    if (own < 0 && before < 0 && !prunable) return [];
    const [rows, columns] = shape;
    const bit = (k: number) =>
      (before < 0 ? 1 : kept[before][Math.floor(k / columns)]) & (own < 0 ? 1 : kept[own][k % columns]);
    return [{ name, shape, kept: Uint8Array.from({ length: rows * columns }, (_, k) => bit(k)) }];
  });
  return { layers: masked, provenance };
}

/**
 * Importance of neurons from that of their weights: `sqrt(sum of squares)` over a column, so `||W_l[:, j]||_2` where the
 * scores are weights.
 *
 * @param scores by matrix, `[in, width]`
 */
export function columnNorms(layers: readonly NeuronLayer[], scores: LayerValues): Float64Array<ArrayBuffer>[] {
  return layers.map(({ name, width }) => {
    const squares = new Float64Array(width);
    for (const [k, score] of scores[name].entries()) squares[k % width] += score * score;
    return squares.map(Math.sqrt);
  });
}
