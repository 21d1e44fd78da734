import type { LayerValues, MaskProvenance, MaskSet, PrunableMatrix } from "./mask.ts";
import { topScores } from "./top_scores.ts";

/** What a mask by layer keeps. */
export interface LayerMaskOptions extends MaskProvenance {
  /** How many weights each matrix keeps, e.g. from {@link keptByLayer}. */
  readonly counts: readonly number[];
}

/** The mask that keeps so many weights of each matrix, its most important ones; among equals the first. */
export function layerMask(
  matrices: readonly PrunableMatrix[],
  scores: LayerValues,
  { counts, ...provenance }: LayerMaskOptions,
): MaskSet {
  const layers = matrices.map((matrix, l) => ({ ...matrix, kept: topScores(scores[matrix.name], counts[l]) }));
  return { layers, provenance };
}
