import { plainNumber } from "./plain_number.ts";

/** Reads a time; NaN where the bytes are anything but the plainest spelling of one. */
export type PlainTime = (bytes: Uint8Array, from: number, to: number) => number;

/** Digits of the parts of a pattern that have a fixed width. */
const WIDTHS: Record<string, number | undefined> = { Y: 4, y: 2, m: 2, d: 2, H: 2, M: 2, S: 2 };

/**
 * A reader of times in one format, to seconds since the epoch in UTC.
 *
 * @param format as in `LogConfig.time`: `"seconds"`, `"milliseconds"`, `"iso"`, or a strptime pattern
 * @returns undefined for a pattern with other parts than `%Y %y %m %d %H %M %S`, each with all its digits
 */
export function plainTime(format: string): PlainTime | undefined {
  if (format === "seconds") return plainNumber;
  if (format === "milliseconds") return (bytes, from, to) => plainNumber(bytes, from, to) / 1000;
  return remembered(
    format === "iso" ? isoTime : patternTime(format),
  );
}

/** Rows that follow each other often have the same time: its bytes are compared before they are read. */
function remembered(read: PlainTime | undefined): PlainTime | undefined {
  if (read === undefined) return undefined;
  let last = new Uint8Array();
  let value = NaN;
  return (bytes, from, to) => {
    let same = to - from === last.length;
    for (let i = 0; same && i < last.length; i++) same = bytes[from + i] === last[i];
    if (!same) {
      last = bytes.slice(from, to);
      value = read(bytes, from, to);
    }
    return value;
  };
}

const decoder = new TextDecoder();
const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d):(\d\d)(\.\d{1,6})?(?:Z|\+00:00|\+00)?)?$/;

function isoTime(bytes: Uint8Array, from: number, to: number): number {
  const found = ISO.exec(decoder.decode(bytes.subarray(from, to)));
  if (found === null) return NaN;
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map((part) => Number(part ?? 0));
  const fraction = (found[7] ?? ".").slice(1).padEnd(6, "0");
  // Milliseconds and microseconds are added in the steps in which DuckDB adds them, so that both round alike.
  const milliseconds = epoch(year, month, day, hour, minute, second) * 1000 + Number(fraction.slice(0, 3));
  return milliseconds / 1000 + Number(fraction.slice(3)) / 1e6;
}

function patternTime(format: string): PlainTime | undefined {
  const parts = format.match(/%.|[^%]/gs) ?? [];
  if (parts.some((part) => part.startsWith("%") && WIDTHS[part[1]] === undefined)) return undefined;
  if (parts.some((part) => /^[^%\x20-\x7e]/.test(part)) || new Set(parts).size === 0) return undefined;
  const names = parts.filter((part) => part.startsWith("%"));
  if (new Set(names).size < names.length || (names.includes("%Y") && names.includes("%y"))) return undefined;
  const length = parts.reduce((sum, part) => sum + (part.startsWith("%") ? WIDTHS[part[1]]! : 1), 0);
  return (bytes, from, to) => {
    if (to - from !== length) return NaN;
    const read: Record<string, number | undefined> = {};
    let p = from;
    for (const part of parts) {
      if (!part.startsWith("%")) {
        if (bytes[p++] !== part.charCodeAt(0)) return NaN;
        continue;
      }
      let value = 0;
      for (const end = p + WIDTHS[part[1]]!; p < end; p++) {
        if (bytes[p] < 0x30 || bytes[p] > 0x39) return NaN;
        value = value * 10 + bytes[p] - 0x30;
      }
      read[part[1]] = value;
    }
    // Two digits of a year: 69 to 99 are years of the last century (POSIX strptime).
    const year = read.Y ?? (read.y === undefined ? 1900 : read.y < 69 ? 2000 + read.y : 1900 + read.y);
    return epoch(year, read.m ?? 1, read.d ?? 1, read.H ?? 0, read.M ?? 0, read.S ?? 0);
  };
}

/** Seconds since the epoch; NaN for a day or an hour that does not exist. */
function epoch(year: number, month: number, day: number, hour: number, minute: number, second: number): number {
  if (year < 1000 || hour > 23 || minute > 59 || second > 59) return NaN;
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() / 1000 : NaN;
}
