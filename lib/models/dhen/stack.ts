import { type DhenLayer, dhenLayer, type LayerConfig } from "./layer.ts";

/** One layer in its place. */
export interface StackedLayer {
  readonly config: LayerConfig;
  /** Tokens of its input; of its output: `layer.tokens`. */
  readonly m: number;
  readonly layer: DhenLayer;
}

/**
 * The layers of a DHEN one on the other, `repeat` written out: each takes as many tokens as the one below gives.
 *
 * @param shape tokens of `X_0`, their width, numeric columns, and how modules start
 */
export function dhenStack(
  layers: readonly LayerConfig[],
  shape: { readonly m: number; readonly d: number; readonly numeric: number; readonly zeroStart: boolean },
): StackedLayer[] {
  const stack: StackedLayer[] = [];
  for (const config of layers.flatMap((layer) => Array.from({ length: layer.repeat }, () => layer))) {
    const m = stack.at(-1)?.layer.tokens ?? shape.m;
    stack.push({ config, m, layer: dhenLayer(config, { ...shape, m, name: `layer${stack.length}` }) });
  }
  return stack;
}
