import { mix } from "./counter_hash.ts";
import { FNV_PRIME, MISSING_ROW } from "./hash_text.ts";
import { plainNumber } from "./plain_number.ts";
import { equalBytes, type TextRowPlan } from "./text_row_plan.ts";

/** Where rows of a log go, row-major. */
export interface TextRows {
  /** `[rows, idStride]`: the first columns are the hashed categorical ones; the others are left alone. */
  readonly ids: Int32Array;
  readonly idStride: number;
  /** `[rows, Nd]`: numbers as they stand in the file, NaN for a missing one. */
  readonly numbers: Float64Array;
  readonly labels: Float32Array;
  /** Left alone in file order. */
  readonly times: Float64Array;
}

/** Reads rows from the bytes of a text file. It goes on where it stopped: rows are counted over all calls. */
export interface TextRowScanner {
  /**
   * Reads rows until `limit` are written or the bytes end.
   *
   * @param bytes whole lines, the last of which ends with a line break at `end`
   * @param start where the next row starts
   * @param end one past the last line break
   * @param rows where to
   * @param at first row to write
   * @param limit the most rows to write; those left out by `omitRows` do not count
   * @returns where the next row starts, or -1 at a row that needs a more careful reader: one with a bad value, a wrong
   *   number of columns, a time that goes backwards, a quote within a value, an unusual spelling of a number
   */
  scan(bytes: Uint8Array, start: number, end: number, rows: TextRows, at: number, limit: number): number;
  /** Rows that the last call wrote. */
  readonly written: number;
  /** Rows read so far, with those left out. */
  row: number;
}

/** DuckDB's own limit for a line, so that both ways of reading take the same files. */
const LINE_BYTES = 2_000_000;

/**
 * The fast way from bytes to rows: no text of a value is ever made. A categorical value is hashed while its end is looked
 * for (`hash_text.ts` on the file's own UTF-8 bytes), a number is read from its digits.
 *
 * @param plan what the columns are
 * @param hashing false: `ids` are not written, which is faster
 */
export function createTextRowScanner(plan: TextRowPlan, hashing: boolean): TextRowScanner {
  const { delimiter, quote, number, label, time, salts, hashRows, missing, omit, readLabel, readTime } = plan;
  const columns = plan.field.length;
  const field = hashing ? plan.field : new Int32Array(columns).fill(-1);
  const Nd = number.reduce((count, place) => Math.max(count, place + 1), 0);
  const used = Uint8Array.from(field, (place, c) => Number(place >= 0 || number[c] >= 0 || c === label || c === time));
  const stop = new Uint8Array(256);
  for (const byte of [delimiter, 10, 13, ...(quote < 0 ? [] : [quote])]) stop[byte] = 1;
  let previousTime = -Infinity;

  const isMissing = (bytes: Uint8Array, from: number, to: number) =>
    missing.some((text) => equalBytes(bytes, from, to, text));

  const scanner = {
    written: 0,
    row: 0,
    scan(bytes: Uint8Array, start: number, end: number, rows: TextRows, at: number, limit: number): number {
      const { ids, idStride, numbers, labels, times } = rows;
      const last = at + limit;
      let p = start;
      let out = at;
      let row = scanner.row;
      while (out < last && p < end) {
        row++;
        const rowStart = p;
        const omitted = omit !== undefined && omit.has(row);
        for (let c = 0; c < columns; c++) {
          const place = field[c];
          let from = p;
          let to: number;
          let b = bytes[p];
          let h = 0;
          if (b === quote) {
            from = ++p;
            while (p < end && bytes[p] !== quote && bytes[p] !== 10 && bytes[p] !== 13) p++;
            if (p >= end || bytes[p] !== quote) return -1;
            to = p++;
            b = bytes[p];
            if (place >= 0) {
              h = salts[place];
              for (let i = from; i < to; i++) h = Math.imul(h ^ bytes[i], FNV_PRIME);
            }
          } else {
            // The line break at `end` stops these loops.
            if (place >= 0) {
              h = salts[place];
              while (stop[b] === 0) {
                h = Math.imul(h ^ b, FNV_PRIME);
                b = bytes[++p];
              }
            } else {
              while (stop[b] === 0) b = bytes[++p];
            }
            to = p;
          }
          if (c < columns - 1) {
            if (b !== delimiter) return -1;
          } else {
            if (b === 13) b = bytes[++p];
            if (b !== 10) return -1;
          }
          p++;
          if (used[c] === 0 || omitted) continue;
          const absent = to === from || (missing.length > 0 && isMissing(bytes, from, to));
          if (place >= 0) ids[out * idStride + place] = absent ? MISSING_ROW : 1 + (mix(h) >>> 0) % hashRows[place];
          if (number[c] >= 0) {
            const value = absent ? NaN : plainNumber(bytes, from, to);
            if (value !== value && !(absent && plan.numberMayBeMissing)) return -1;
            numbers[out * Nd + number[c]] = value;
          }
          if (c === label) {
            const value = absent ? -1 : readLabel(bytes, from, to);
            if (value < 0) return -1;
            labels[out] = value;
          }
          if (c === time) {
            const value = absent ? NaN : readTime(bytes, from, to);
            if (!(value >= previousTime)) return -1;
            previousTime = value;
            times[out] = value;
          }
        }
        // A blank line of a file with one column is for the careful reader too.
        if (p - rowStart > LINE_BYTES || (columns === 1 && p - rowStart <= 2)) return -1;
        if (!omitted) out++;
      }
      scanner.row = row;
      scanner.written = out - at;
      return p;
    },
  };
  return scanner;
}
