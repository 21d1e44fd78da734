/** Pruning under drift: masks, importance, masked training, policies over a stream. */
export { globalMask, type GlobalMaskOptions } from "./global_mask.ts";
export {
  denseMask,
  keptCount,
  keptInLayer,
  layerSparsities,
  type LayerValues,
  type MaskLayer,
  maskOverlap,
  type MaskProvenance,
  type MaskSet,
  prunableMatrices,
  type PrunableMatrix,
  requireSameMatrices,
  sizeOf,
  sparsityOf,
} from "./mask.ts";
export { topScores } from "./top_scores.ts";
