import { splitRecord } from "../data/header_line.ts";
import { nearestName } from "../data/nearest_name.ts";
import type { Observation } from "./observation.ts";

/** A table of runs as text. */
export interface RunsTable {
  /** What error messages call it. */
  readonly name: string;
  readonly columns: readonly string[];
  /** Cells of each run, and the line that it stands on, the header being line 1. */
  readonly rows: readonly { readonly line: number; readonly cells: readonly string[] }[];
}

/**
 * Reads a CSV of runs, by commas, semicolons or tabs: one header line, one run a line.
 *
 * @throws {Error} naming the line when it has another number of cells than the header, or when there is no run
 *
 * @example
 * ```ts
 * import { readRunsTable } from "recscale/scaling";
 * import assert from "node:assert/strict";
 *
 * const table = readRunsTable("D,loss\n1e6,0.81\n2e6,0.80\n", "runs.csv");
 * assert.deepEqual(table.columns, ["D", "loss"]);
 * assert.equal(table.rows.length, 2);
 * ```
 */
export function readRunsTable(text: string, name: string): RunsTable {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  const delimiter = ["\t", ",", ";"].find((mark) => lines[0].includes(mark)) ?? ",";
  const columns = splitRecord(lines[0], delimiter, '"').map((column) => column.trim());
  const rows = lines.slice(1).flatMap((text, i) => {
    if (text.trim() === "") return [];
    const cells = splitRecord(text, delimiter, '"'), line = i + 2;
    if (cells.length !== columns.length) {
      throw new Error(
        `Cannot read line ${line} of ${name}: it has ${cells.length} cells and the header ${columns.length}.`,
      );
    }
    return [{ line, cells: cells.map((cell) => cell.trim()) }];
  });
  const twice = columns.find((column, i) => columns.indexOf(column) < i);
  if (twice !== undefined) throw new Error(`Cannot read ${name}: its header has the column "${twice}" twice.`);
  if (rows.length === 0) throw new Error(`Cannot fit ${name}: it has no run below its header.`);
  return { name, columns, rows };
}

/** Which columns mean what. */
export interface RunsColumns {
  /** The loss. */
  readonly loss: string;
  /** The resources: one, or parameters and data. */
  readonly x: readonly string[];
  /**
   * The compute of each run, where the table has that and parameters but no data: examples are then `C / (perParameter N)`, the second
   * resource.
   */
  readonly compute?: { readonly column: string; readonly perParameter: number };
  /** Runs of each value of this column are fitted by themselves; of several columns, runs of each combination. */
  readonly group?: string | readonly string[];
  /** Names what belongs together: the seed, or the run of a learning curve. */
  readonly seed?: string;
  /** What to do about rows that are the same in all columns used: `"fail"` (default), `"keep"`, or `"drop"` all but the first. */
  readonly duplicates?: "fail" | "keep" | "drop";
}

/** Observations of one group of runs. */
export interface RunsGroup {
  /** The value of the group column, of several columns parted by commas; empty without one. */
  readonly name: string;
  readonly observations: readonly Observation[];
}

/** What a table holds, ready to be fitted. */
export interface RunsObservations {
  readonly groups: readonly RunsGroup[];
  /** What should be looked at, as sentences: it may be as meant. */
  readonly warnings: readonly string[];
}

/**
 * The observations of a table of runs.
 *
 * @throws {Error} naming column, line and value where one is unknown, missing, no number or not positive, and where rows are
 *   duplicates
 *
 * @example
 * ```ts
 * import { readRunsTable, runsObservations } from "recscale/scaling";
 * import assert from "node:assert/strict";
 *
 * const table = readRunsTable("D,loss\n1e6,0.81\n2e6,n/a\n", "runs.csv");
 * assert.throws(
 *   () => runsObservations(table, { loss: "loss", x: ["D"] }),
 *   { message: 'Cannot read column "loss" of runs.csv on line 3: wanted a number above 0, got "n/a".' },
 * );
 * ```
 */
export function runsObservations(table: RunsTable, columns: RunsColumns): RunsObservations {
  const { loss, x, compute, seed, duplicates = "fail" } = columns;
  const groupColumns = columns.group === undefined ? [] : [columns.group].flat();
  if (compute && x.length !== 1) {
    throw new Error(`Cannot take data from compute beside ${x.join(" and ")}: wanted the parameters alone.`);
  }
  const used = [
    loss,
    ...x,
    ...(compute ? [compute.column] : []),
    ...groupColumns,
    ...(seed === undefined ? [] : [seed]),
  ];
  const position = new Map(used.map((column) => [column, positionOf(table, column)]));
  const cell = (cells: readonly string[], column: string) => cells[position.get(column)!];
  const seen = new Map<string, number>();
  const parsed = table.rows.flatMap(({ line, cells }) => {
    const number = (column: string) => positiveNumber(table.name, column, line, cell(cells, column));
    const resources = x.map(number);
    const observation: Observation = {
      x: compute ? [...resources, number(compute.column) / (compute.perParameter * resources[0])] : resources,
      loss: number(loss),
      ...(seed === undefined ? {} : { seed: cell(cells, seed) }),
    };
    const key = used.map((column) => cell(cells, column)).join("\u0000");
    const before = seen.get(key);
    seen.set(key, before ?? line);
    if (before !== undefined && duplicates === "fail") {
      throw new Error(
        `Cannot fit ${table.name}: lines ${before} and ${line} are the same run (${
          used.map((column) => `${column} ${cell(cells, column)}`).join(", ")
        }). Wanted each run once; keep or drop duplicates if they are meant.`,
      );
    }
    if (before !== undefined && duplicates === "drop") return [];
    return [{ group: groupColumns.map((column) => cell(cells, column)).join(", "), observation }];
  });
  const groups = [...Map.groupBy(parsed, (each) => each.group)]
    .map(([name, own]): RunsGroup => ({ name, observations: own.map(({ observation }) => observation) }));
  return {
    groups,
    warnings: x.flatMap((column, k) => unitWarnings(column, parsed.map((each) => each.observation.x[k]))),
  };
}

function positionOf({ name, columns }: RunsTable, column: string): number {
  const at = columns.indexOf(column);
  if (at >= 0) return at;
  const near = nearestName(column, columns);
  throw new Error(
    `There is no column "${column}" in ${name}${near ? ` (did you mean "${near}"?)` : ""}: it has ${
      columns.join(", ")
    }.`,
  );
}

function positiveNumber(table: string, column: string, line: number, text: string): number {
  const value = text === "" ? NaN : Number(text.replaceAll("_", ""));
  if (value > 0 && value < Infinity) return value;
  const got = text === "" ? "nothing" : `"${text}"`;
  const unit = text.match(/^[\d.,]+\s*[a-zA-Z]+$/) ? ", with a unit: write plain counts such as 2e6" : "";
  throw new Error(
    `Cannot read column "${column}" of ${table} on line ${line}: wanted a number above 0, got ${got}${unit}.`,
  );
}

/** A gap so wide between neighbouring values, where the others lie close, speaks of two units in one column. */
const GAP = 500, CLOSE = 30;

/** What makes one doubt that a column is a plain count. */
function unitWarnings(column: string, values: readonly number[]): string[] {
  const sorted = [...new Set(values)].sort((a, b) => a - b);
  const ratios = sorted.slice(1).map((value, i) => value / sorted[i]);
  const widest = Math.max(...ratios), at = ratios.indexOf(widest);
  const others = ratios.filter((_, i) => i !== at);
  if (others.length >= 2 && widest >= GAP && Math.max(...others) <= CLOSE) {
    return [
      `Column "${column}" jumps from ${sorted[at]} to ${
        sorted[at + 1]
      } with nothing between: are some values in other units ` +
      `(thousands, millions)?`,
    ];
  }
  if (sorted.length >= 4 && sorted.at(-1)! < 45) {
    const steps = sorted.slice(1).map((value, i) => value - sorted[i]);
    const even = steps.every((step) => Math.abs(step - steps[0]) <= 1e-6 * Math.abs(steps[0]));
    if (even) {
      return [
        `Column "${column}" rises in equal steps up to ${sorted.at(-1)}: are these logarithms? Laws want counts.`,
      ];
    }
  }
  return [];
}
