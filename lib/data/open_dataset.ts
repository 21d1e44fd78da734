import { dirname } from "node:path";
import type { Dataset } from "./batch.ts";
import { type DataConfigInput, parseDataConfig } from "./data_config.ts";
import { openLog } from "./open_log.ts";
import { openSynthetic } from "./open_synthetic.ts";

/**
 * Opens a data set from its configuration.
 *
 * @param source the path of a JSON file, or the configuration itself
 * @param directory what relative file names start from; default: the JSON file's folder, or the current one
 * @throws {TypeError} for a wrong configuration
 * @throws {Error} for data that cannot be used; the message names file, row and column
 *
 * @example
 * ```ts
 * import { openDataset } from "recscale/data";
 * import assert from "node:assert/strict";
 *
 * const { train, test } = await openDataset({ kind: "synthetic", preset: "PAIR", examples: 1000, testExamples: 100 });
 * assert.deepEqual([train.examples, test?.examples], [1000, 100]);
 * ```
 */
export async function openDataset(source: string | DataConfigInput, directory?: string): Promise<Dataset> {
  const fromFile = typeof source === "string";
  const config = parseDataConfig(
    fromFile ? await readJson(source) : source,
    fromFile ? source : "the data set's configuration",
  );
  if (config.kind === "log") return await openLog(config, directory ?? (fromFile ? dirname(source) : Deno.cwd()));
  return openSynthetic(config);
}

async function readJson(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error(`Cannot open the data set ${path}: no such file. Wanted the path of its JSON configuration.`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new TypeError(`Cannot read ${path} as JSON: ${(error as Error).message}.`);
  }
}
