import { NORM_EPSILON } from "./dhen_model.ts";

/** Arrays by parameter name. */
export type Arrays = Readonly<Record<string, ArrayLike<number>>>;

export interface LayerShape {
  readonly batch: number;
  readonly m: number;
  readonly d: number;
  readonly hidden: number;
}

/**
 * One DHEN layer (dot and linear modules) written out as loops in double precision: what the tensor form is tested
 * against, and exact enough for finite differences.
 *
 * @param x `[B, m, d]` row-major
 */
export function dhenLayerFloat64(name: string, shape: LayerShape, p: Arrays, x: ArrayLike<number>): Float64Array {
  const size = shape.m * shape.d;
  const out = new Float64Array(shape.batch * size);
  for (let b = 0; b < shape.batch; b++) {
    const own = Array.from({ length: size }, (_, i) => x[b * size + i]);
    out.set(oneExample(name, shape, p, own), b * size);
  }
  return out;
}

function oneExample(name: string, { m, d, hidden }: LayerShape, p: Arrays, x: readonly number[]): number[] {
  const features: number[] = [];
  for (let i = 1; i < m; i++) {
    for (let j = 0; j < i; j++) {
      let dot = 0;
      for (let k = 0; k < d; k++) dot += x[i * d + k] * x[j * d + k];
      features.push(dot / Math.sqrt(d));
    }
  }
  features.push(...x);
  const h = affine(features, p[`${name}/dot/0/weights`], p[`${name}/dot/0/bias`], hidden).map((v) => Math.max(0, v));
  const dotted = affine(h, p[`${name}/dot/1/weights`], p[`${name}/dot/1/bias`], m * d);
  const mixing = p[`${name}/linear/weights`];
  const sum = x.map((value, at) => {
    const l = Math.floor(at / d), k = at % d;
    let mixed = 0;
    for (let j = 0; j < m; j++) mixed += mixing[j * m + l] * x[j * d + k];
    return value + dotted[at] + mixed;
  });
  const gain = p[`${name}/norm/gain`], bias = p[`${name}/norm/bias`];
  return normalized(sum).map((value, at) => value * gain[at] + bias[at]);
}

function affine(x: readonly number[], w: ArrayLike<number>, b: ArrayLike<number>, outputs: number): number[] {
  return Array.from({ length: outputs }, (_, o) => x.reduce((sum, value, i) => sum + value * w[i * outputs + o], b[o]));
}

/** `(x - mean) / sqrt(variance + epsilon)` */
export function normalized(x: readonly number[]): number[] {
  const mean = x.reduce((a, b) => a + b, 0) / x.length;
  const variance = x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length;
  return x.map((value) => (value - mean) / Math.sqrt(variance + NORM_EPSILON));
}
