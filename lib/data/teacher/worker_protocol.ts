import type { Batch } from "../batch.ts";
import type { StreamPlan } from "./plan.ts";
import type { Teacher } from "./teacher.ts";

/** What a reader sends to its worker: first the stream, then for each batch it has room for its position. */
export type ToWorker =
  | { readonly kind: "open"; readonly teacher: Teacher; readonly plan: StreamPlan }
  | { readonly kind: "make"; readonly from: number; readonly size: number };

/** What the worker answers: the batches in the order asked for (their arrays are moved, not copied), or its failure. */
export type FromWorker =
  | { readonly kind: "batch"; readonly batch: Batch }
  | { readonly kind: "failed"; readonly reason: string };
