import type { Cost } from "../models/cost.ts";
import type { OnePassResult } from "../training/one_pass.ts";
import type { RunConfig } from "./run_config.ts";

/** Where and with what a run was made: nothing here changes its meaning. */
export interface RunOrigin {
  readonly backend: string;
  readonly engine: string;
  readonly deno: string;
  readonly platform: string;
  readonly threads: number;
  /** Commit of the code, or null outside a clone. */
  readonly revision: string | null;
  /** ISO 8601. */
  readonly finishedAt: string;
}

/** A finished run: its config, what it measured, where it was made. One line of a record file. */
export interface RunRecord {
  readonly id: string;
  readonly config: RunConfig;
  readonly model: string;
  readonly data: string;
  readonly cost: Cost;
  readonly result: OnePassResult;
  readonly origin: RunOrigin;
}
