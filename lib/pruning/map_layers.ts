import type { LayerValues } from "./mask.ts";

/** Numbers of the same shapes, each from one number, the name of its matrix and its place there. */
export function mapLayers(values: LayerValues, f: (value: number, name: string, k: number) => number): LayerValues {
  return Object.fromEntries(
    Object.entries(values).map(([name, numbers]) => [name, numbers.map((value, k) => f(value, name, k))]),
  );
}
