import type { Schema } from "../schema.ts";
import type { TeacherConfig } from "./config.ts";

/** Which examples of a teacher a stream has, and how they are written down. */
export interface TeacherStreamOptions {
  /** How many examples; at most 2^32. */
  readonly examples: number;
  /** 0 to 999: another stream is independent data of the same teacher. Default 1. (9 is the calibration's.) */
  readonly stream?: number;
  /**
   * Most rows of a field's table: one number for all fields, or one per field. Ids of a field with more are hashed into
   * that many rows. Default: no limit; with churn, whose ids never end, four rows a slot.
   */
  readonly rows?: number | readonly number[];
  /** Examples in a period of time. Default 2^15. */
  readonly periodExamples?: number;
  /** Drift moves in steps of so many examples; within a step the teacher stands still. Default: a period. */
  readonly windowExamples?: number;
  /** `"shuffled"`: the examples of the whole stream in random order, the control of a drifting one. Default `"time"`. */
  readonly order?: "time" | "shuffled";
  /** Generate in a worker thread, ahead of the reader. Default false. */
  readonly worker?: boolean;
}

/** Options with every default filled in: plain JSON, the same in the reader's thread and in a worker. */
export interface StreamPlan {
  readonly examples: number;
  readonly stream: number;
  /** Rows of each field's table. */
  readonly rows: readonly number[];
  readonly periodExamples: number;
  readonly windowExamples: number;
  readonly shuffled: boolean;
}

/**
 * Checks the options of a stream and fills in the defaults.
 *
 * @throws {RangeError} naming the option, its value and its range
 */
export function planStream(config: TeacherConfig, options: TeacherStreamOptions): StreamPlan {
  const R = config.cardinalities;
  const { examples, stream = 1, periodExamples = 1 << 15, windowExamples = periodExamples, order = "time" } = options;
  check(config, "examples", examples, 1, 2 ** 32);
  check(config, "stream", stream, 0, 999);
  check(config, "periodExamples", periodExamples, 1, 2 ** 32);
  check(config, "windowExamples", windowExamples, 1, 2 ** 32);
  if (order !== "time" && order !== "shuffled") {
    throw new RangeError(`Cannot make a stream of ${config.name}: order must be "time" or "shuffled", got "${order}"`);
  }
  const caps = Array.isArray(options.rows) ? options.rows : R.map(() => options.rows ?? Infinity);
  if (caps.length !== R.length) {
    throw new RangeError(
      `Cannot make a stream of ${config.name}: rows must be one number or ${R.length} numbers, got ${caps.length}`,
    );
  }
  const rows = caps.map((cap, f) => {
    if (cap !== Infinity) check(config, "rows", cap, 1, 2 ** 31 - 1);
    return Math.min(cap, config.drift.churn > 0 ? 4 * R[f] : R[f], 2 ** 31 - 1);
  });
  return { examples, stream, rows, periodExamples, windowExamples, shuffled: order === "shuffled" };
}

function check(config: TeacherConfig, option: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new RangeError(
    `Cannot make a stream of ${config.name}: ${option} must be an integer from ${least} to ${most}, got ${value}`,
  );
}

/** The schema of a teacher's stream: fields `c1..cF` with their tables' rows, columns `x1..xNd`, time in periods. */
export function schemaOf(config: TeacherConfig, plan: StreamPlan): Schema {
  return {
    name: `${config.name} teacher, seed ${config.seed}`,
    fields: plan.rows.map((cardinality, f) => ({ name: `c${f + 1}`, cardinality })),
    dense: Array.from({ length: config.dense }, (_, j) => `x${j + 1}`),
    time: "periods",
  };
}
