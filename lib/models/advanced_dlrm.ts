import type { Schema } from "../data/schema.ts";
import type { Model } from "./block.ts";
import { dhen } from "./dhen/dhen.ts";

/** The sizes of an AdvancedDLRM. */
export interface AdvancedDlrmConfig {
  readonly kind: "advancedDlrm";
  /** Embedding width d. */
  readonly dim: number;
  /** Hidden widths of the bottom MLP, which ends in d. */
  readonly bottom: readonly number[];
  /** Hidden widths of the overarch, which ends in one logit. */
  readonly overarch: readonly number[];
  /** Most rows a table may have. Default: every table has its field's cardinality. */
  readonly maxRows?: number;
}

/**
 * AdvancedDLRM, the baseline of DHEN (arXiv 2203.11014). The paper calls it Meta's own DLRM-style model and does not print it; here it is DLRM
 * whose overarch sees the flat embeddings beside their dot products, which is DHEN without layers:
 *
 * ```text
 * logit = MLP_overarch([dots(X_0), flat(X_0), z])
 * ```
 */
export function advancedDlrm({ dim, bottom, overarch, maxRows }: AdvancedDlrmConfig, schema: Schema): Model {
  return dhen({
    kind: "dhen",
    dim,
    bottom: [...bottom],
    depth: 0,
    head: { kind: "advancedDlrm", overarch: [...overarch] },
    maxRows,
  }, schema);
}
