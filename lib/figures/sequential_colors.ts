/** Stops of viridis (van der Walt and Smith 2015) from dark to where it is still dark enough for a line on white. */
const STOPS = ["#440154", "#414487", "#2A788E", "#22A884", "#7AD151"] as const;

/**
 * `count` colours for an ordered quantity, dark to light: in the order of their lightness, so that a print in grey and all
 * common kinds of colour blindness keep the order.
 *
 * ```ts
 * import { sequentialColors } from "recscale/figures";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(sequentialColors(3), ["#440154", "#2A788E", "#7AD151"]);
 * ```
 */
export function sequentialColors(count: number): string[] {
  return Array.from({ length: count }, (_, k) => {
    const at = count === 1 ? 0 : k * (STOPS.length - 1) / (count - 1);
    const i = Math.min(Math.floor(at), STOPS.length - 2);
    return mix(STOPS[i], STOPS[i + 1], at - i);
  });
}

function mix(a: string, b: string, share: number): string {
  const channels = [1, 3, 5].map((at) => {
    const [x, y] = [a, b].map((color) => parseInt(color.slice(at, at + 2), 16));
    return Math.round(x + share * (y - x)).toString(16).padStart(2, "0");
  });
  return `#${channels.join("").toUpperCase()}`;
}
