import { fieldSalt } from "./hash_text.ts";
import { delimiterOf, type LogFiles } from "./log_files.ts";
import { isThreshold, type LogConfig, negativeValue } from "./log_config.ts";
import { plainNumber } from "./plain_number.ts";
import { type PlainTime, plainTime } from "./plain_time.ts";

/** What is to be done with each column of a text file, in the order of the file. */
export interface TextRowPlan {
  /** A byte. */
  readonly delimiter: number;
  /** A byte, or -1 where quotes are ordinary characters. */
  readonly quote: number;
  /** By column: its place among the categorical columns, or -1. */
  readonly field: Int32Array;
  /** By column: its place among the numeric columns, or -1. */
  readonly number: Int32Array;
  readonly label: number;
  /** The column of the time, or -1. */
  readonly time: number;
  /** By field: the state of its hash, and the rows of its table beside row 0. */
  readonly salts: Int32Array;
  readonly hashRows: Int32Array;
  /** Texts that mean "missing", beside the empty one. */
  readonly missing: readonly Uint8Array[];
  readonly numberMayBeMissing: boolean;
  /** Rows to leave out, counted from 1; undefined for none. */
  readonly omit: ReadonlySet<number> | undefined;
  /** 1 or 0, or -1 for neither. */
  readonly readLabel: (bytes: Uint8Array, from: number, to: number) => number;
  readonly readTime: PlainTime;
}

/**
 * The plan of a log whose files are text, or undefined where only the careful way of reading will do: Parquet, a delimiter
 * that is not one byte, a time pattern with unusual parts.
 */
export function textRowPlan(config: LogConfig, files: LogFiles): TextRowPlan | undefined {
  if (config.format === "parquet") return undefined;
  const [delimiter, quote] = [delimiterOf(config).charCodeAt(0), config.quote === "" ? -1 : config.quote.charCodeAt(0)];
  const ends = [0, 10, 13];
  if (delimiter > 127 || quote > 127 || quote === delimiter || [delimiter, quote].some((byte) => ends.includes(byte))) {
    return undefined;
  }
  const readTime = config.time === "fileOrder" ? () => 0 : plainTime(config.time.format);
  if (readTime === undefined) return undefined;
  const place = (list: readonly { column: string }[]) =>
    Int32Array.from(files.columns, (name) => list.findIndex(({ column }) => column === name));
  return {
    delimiter,
    quote,
    field: place(config.categorical),
    number: place(config.numeric),
    label: files.columns.indexOf(config.label.column),
    time: config.time === "fileOrder" ? -1 : files.columns.indexOf(config.time.column),
    salts: Int32Array.from(config.categorical, ({ column }) => fieldSalt(column)),
    hashRows: Int32Array.from(config.categorical, ({ rows }) => rows - 1),
    missing: config.missing.texts.map((text) => new TextEncoder().encode(text)),
    numberMayBeMissing: config.missing.numeric !== "fail",
    omit: config.omitRows.length === 0 ? undefined : new Set(config.omitRows),
    readLabel: labelReader(config.label),
    readTime,
  };
}

function labelReader(label: LogConfig["label"]): TextRowPlan["readLabel"] {
  if (isThreshold(label.positive)) {
    const { atLeast } = label.positive;
    return (bytes, from, to) => {
      const value = plainNumber(bytes, from, to);
      return Number.isNaN(value) ? -1 : value >= atLeast ? 1 : 0;
    };
  }
  const positive = valueReader(label.positive);
  const negative = negativeValue(label);
  const other = negative === "*" ? () => true : valueReader(negative);
  return (bytes, from, to) => {
    const is = positive(bytes, from, to);
    if (is === undefined) return -1;
    return is ? 1 : other(bytes, from, to) ? 0 : -1;
  };
}

/** Whether the bytes are the value; undefined where a number is wanted and they are not a plain one. */
function valueReader(
  value: string | number | boolean,
): (bytes: Uint8Array, from: number, to: number) => boolean | undefined {
  if (typeof value === "number") {
    return (bytes, from, to) => {
      const read = plainNumber(bytes, from, to);
      return Number.isNaN(read) ? undefined : read === value;
    };
  }
  const text = new TextEncoder().encode(String(value));
  return (bytes, from, to) => equalBytes(bytes, from, to, text);
}

/** Whether a part of `bytes` is `text`. */
export function equalBytes(bytes: Uint8Array, from: number, to: number, text: Uint8Array): boolean {
  if (to - from !== text.length) return false;
  for (let i = 0; i < text.length; i++) if (bytes[from + i] !== text[i]) return false;
  return true;
}
