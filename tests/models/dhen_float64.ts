/**
 * DHEN's interaction modules, ensemble and layer written out as loops in double precision, for one example: what the
 * tensor forms are compared with, and exact enough for finite differences.
 */
import type { InteractionConfig, LayerConfig } from "../../lib/models/mod.ts";

/** Arrays by parameter name. */
export type Arrays = Readonly<Record<string, ArrayLike<number>>>;

/** Tokens of one example: m rows of width d. */
export type Tokens = readonly (readonly number[])[];

const range = (n: number) => Array.from({ length: n }, (_, i) => i);

/** `x W + b`, with W `[in, out]` row-major. */
export function affine(x: readonly number[], w: ArrayLike<number>, b: ArrayLike<number>): number[] {
  return range(b.length).map((o) => x.reduce((sum, value, i) => sum + value * w[i * b.length + o], b[o]));
}

/** The layers `name/0, name/1, ...` of an MLP: ReLU behind all but the last. */
export function plainMlp(p: Arrays, name: string, input: readonly number[], last: "linear" | "relu"): number[] {
  let x = [...input];
  for (let k = 0; p[`${name}/${k}/bias`]; k++) {
    const y = affine(x, p[`${name}/${k}/weights`], p[`${name}/${k}/bias`]);
    x = p[`${name}/${k + 1}/bias`] || last === "relu" ? y.map((v) => Math.max(0, v)) : y;
  }
  return x;
}

/** `gain (x - mean) / sqrt(variance + 1e-5) + bias` (PyTorch's epsilon). */
export function plainNorm(p: Arrays, name: string, x: readonly number[]): number[] {
  const mean = x.reduce((a, b) => a + b, 0) / x.length;
  const variance = x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length;
  return x.map((v, i) => p[`${name}/gain`][i] * (v - mean) / Math.sqrt(variance + 1e-5) + p[`${name}/bias`][i]);
}

/** `u_l = sum_j W_{jl} x_j` */
export function plainMix(x: Tokens, w: ArrayLike<number>): number[][] {
  const l = w.length / x.length;
  return range(l).map((o) => x[0].map((_, k) => x.reduce((sum, row, j) => sum + w[j * l + o] * row[k], 0)));
}

export const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + x * b[i], 0);

/** Products of all pairs i > j. */
export const plainDots = (x: Tokens) => x.flatMap((xi, i) => x.slice(0, i).map((xj) => dot(xi, xj)));

export const rowsOf = (flat: readonly number[], width: number): number[][] =>
  range(flat.length / width).map((i) => flat.slice(i * width, (i + 1) * width));

export function softmax(x: readonly number[]): number[] {
  const e = x.map(Math.exp);
  return e.map((v) => v / e.reduce((a, b) => a + b, 0));
}

/** One interaction module: `X` to `u`. */
export function plainModule(
  config: InteractionConfig,
  p: Arrays,
  name: string,
  tokens: Tokens,
  dense: readonly number[],
): number[][] {
  const d = tokens[0].length;
  if (config.kind === "advancedDlrm") {
    const dots = plainDots(tokens).map((v) => v / Math.sqrt(d));
    return rowsOf(plainMlp(p, name, [...dots, ...tokens.flat(), ...config.dense ? dense : []], "linear"), d);
  }
  const x = config.dense ? [...tokens, plainMlp(p, `${name}/dense`, dense, "linear")] : tokens;
  const mix = p[`${name}/mix`];
  switch (config.kind) {
    case "linear":
      return plainMix(x, mix);
    case "selfAttention":
      return plainMix(plainEncoder(p, name, x, config.heads), mix);
    case "convolution":
      return plainMix(plainConvolution(p, name, x, config), mix);
    case "deepCross": {
      if (config.form === "flat") {
        const flat = x.flat(), crossed = plainMlp(p, `${name}/cross`, flat, "linear");
        return plainMix(rowsOf(flat.map((v, i) => v * crossed[i]), d), mix);
      }
      // equation 7 in the paper's own orientation: X of d x m, u of d x l, here read out by columns
      const X = range(d).map((i) => x.map((row) => row[i]));
      const l = mix.length / d;
      const products = X.map((row) => X.map((other) => dot(row, other)));
      const u = products.map((row) => range(l).map((o) => row.reduce((sum, c, k) => sum + c * mix[k * l + o], 0)));
      return range(l).map((o) => range(d).map((i) => u[i][o] + p[`${name}/bias`][o * d + i]));
    }
  }
}

function plainEncoder(p: Arrays, name: string, x: Tokens, heads: number): number[][] {
  const width = x[0].length / heads;
  const [q, k, v] = ["query", "key", "value"].map((part) =>
    x.map((row) => plainMlp(p, `${name}/${part}`, row, "linear"))
  );
  const seen = x.map((_, i) =>
    range(heads).flatMap((h) => {
      const part = (row: readonly number[]) => row.slice(h * width, (h + 1) * width);
      const weights = softmax(k.map((key) => dot(part(q[i]), part(key)) / Math.sqrt(width)));
      return range(width).map((at) => weights.reduce((sum, w, j) => sum + w * part(v[j])[at], 0));
    })
  );
  return x.map((row, i) => {
    const out = plainMlp(p, `${name}/output`, seen[i], "linear");
    const y = plainNorm(p, `${name}/norm0`, row.map((value, at) => value + out[at]));
    const fed = plainMlp(p, `${name}/feedForward`, y, "linear");
    return plainNorm(p, `${name}/norm1`, y.map((value, at) => value + fed[at]));
  });
}

/** Channels of one token follow each other: the mixing matrix has rows (token, channel). */
function plainConvolution(
  p: Arrays,
  name: string,
  x: Tokens,
  { kernel: [h, w], channels, activation }: Extract<InteractionConfig, { kind: "convolution" }>,
): number[][] {
  const kernel = p[`${name}/kernel`];
  return x.flatMap((row, i) =>
    range(channels).map((c) =>
      row.map((_, j) => {
        let sum = p[`${name}/bias`][c];
        for (let a = 0; a < h; a++) {
          for (let b = 0; b < w; b++) {
            const pixel = x[i + a - (h - 1) / 2]?.[j + b - (w - 1) / 2] ?? 0;
            sum += pixel * kernel[(a * w + b) * channels + c];
          }
        }
        return activation === "relu" ? Math.max(0, sum) : sum;
      })
    )
  );
}

/** One layer: `Norm(Ensemble(u_1, ..., u_k) + ShortCut(X))`. */
export function plainLayer(
  config: LayerConfig,
  p: Arrays,
  name: string,
  x: Tokens,
  dense: readonly number[],
): number[][] {
  const d = x[0].length;
  const u = config.modules.map((module, i) => plainModule(module, p, `${name}/${module.kind}${i}`, x, dense));
  const scalars = config.ensemble === "weightedSum" ? p[`${name}/ensemble`] : u.map(() => 1);
  const together = config.ensemble === "concat"
    ? u.flat()
    : u[0].map((row, i) => row.map((_, k) => u.reduce((sum, each, e) => sum + scalars[e] * each[i][k], 0)));
  const past = together.length === x.length ? x : plainMix(x, p[`${name}/shortcut`]);
  const y = together.map((row, i) => row.map((value, k) => value + past[i][k]));
  if (config.norm === "none") return y;
  if (config.norm === "token") return y.map((row) => plainNorm(p, `${name}/norm`, row));
  return rowsOf(plainNorm(p, `${name}/norm`, y.flat()), d);
}
