import { join } from "node:path";
import { type DataConfig, extendHash, hash, parseDataConfig, uniformFromHash } from "../../data/mod.ts";
import { PROJECT_ROOT } from "../../experiments/study.ts";

type LogConfig = Extract<DataConfig, { kind: "log" }>;

/** Means of the 13 numbers, about those of the public set: the width of a column is what counts here. */
const MEANS = [2, 100, 20, 8, 18_000, 115, 16, 12, 106, 1, 3, 1, 8];
const MISSING_NUMBER = 0.12;
const MISSING_TEXT = 0.03;
const TABLE_ROWS = 20_000;
const SEED = 1;

/**
 * Writes a file in the layout of Criteo's logs (`data/criteo-kaggle`), 263 bytes a row: 13 exponential numbers, 26 categories of
 * eight hexadecimal digits, of as many values as the config's tables have room for, the low ones more often.
 *
 * @returns the config that reads it, with tables of 20,000 rows
 */
export async function writeCriteoLog(folder: string, rows: number): Promise<{ config: LogConfig; written: number }> {
  const shipped = JSON.parse(await Deno.readTextFile(join(PROJECT_ROOT, "data", "criteo-kaggle", "config.json")));
  const full = parseDataConfig(shipped) as LogConfig;
  const values = full.categorical.map(({ rows }) => Math.max(3, rows / 4));
  using file = await Deno.create(join(folder, "log.tsv"));
  const encoder = new TextEncoder();
  let lines = "";
  for (let row = 0; row < rows; row++) {
    lines += line(hash(SEED, row), values);
    if (lines.length < 1 << 20 && row < rows - 1) continue;
    const bytes = encoder.encode(lines);
    for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
    lines = "";
  }
  const config = {
    ...full,
    files: ["log.tsv"],
    categorical: full.categorical.map(({ column }) => ({ column, rows: TABLE_ROWS })),
    statisticsFraction: 0.1,
  };
  return { config, written: rows };
}

function line(state: number, values: readonly number[]): string {
  const draw = (counter: number) => uniformFromHash(extendHash(state, counter));
  let text = draw(0) < 0.25 ? "1" : "0";
  MEANS.forEach((mean, k) => {
    const missing = draw(2 * k + 1) < MISSING_NUMBER;
    text += missing ? "\t" : `\t${Math.floor(-mean * Math.log(draw(2 * k + 2)))}`;
  });
  values.forEach((count, k) => {
    const missing = draw(2 * k + 101) < MISSING_TEXT;
    const value = hash(SEED, k, Math.floor(count * draw(2 * k + 102) ** 3));
    text += missing ? "\t" : `\t${value.toString(16).padStart(8, "0")}`;
  });
  return text + "\n";
}
