import type { Stream } from "./batch.ts";
import type { LogCount } from "./log_check.ts";
import type { LogConfig } from "./log_config.ts";
import type { LogFiles } from "./log_files.ts";
import { fitLog } from "./log_fit.ts";
import type { Schema } from "./schema.ts";
import { checkText } from "./text_check.ts";
import { createTextStream } from "./text_stream.ts";

/** A log that has been read once. */
export interface OpenedLog {
  readonly schema: Schema;
  readonly count: LogCount;
  /** The examples from `start` on as a stream. */
  part(start: number, examples: number): Stream;
}

/**
 * The fast way to open a log: from the bytes of its text files, without DuckDB.
 *
 * @returns undefined for Parquet, and for text files that hold anything but whole rows of plainly spelled values
 */
export async function openText(config: LogConfig, files: LogFiles): Promise<OpenedLog | undefined> {
  const log = await checkText(config, files);
  if (log === undefined) return undefined;
  const fit = fitLog(config, log.windows);
  return {
    schema: fit.schema,
    count: { examples: log.examples, omitted: log.omitted, ragged: 0, badValues: {} },
    part: (start, examples) => createTextStream(log, fit, start, examples),
  };
}
