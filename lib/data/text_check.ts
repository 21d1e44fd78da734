import { WINDOW_ROWS, windowRows } from "./log_fit.ts";
import type { LogConfig } from "./log_config.ts";
import type { LogFiles } from "./log_files.ts";
import { type TextChunk, textChunks, UnusualText } from "./text_chunks.ts";
import { type TextRowPlan, textRowPlan } from "./text_row_plan.ts";
import { createTextRowScanner, type TextRows } from "./text_rows.ts";

/** A place in the files from which reading can start. */
export interface TextMark {
  /** Place of the file in {@link TextLog.paths}. */
  readonly file: number;
  /** Byte of its (unpacked) text; 0 is its beginning. */
  readonly offset: number;
  /** Rows, and examples, of the whole log before it. */
  readonly rows: number;
  readonly examples: number;
}

/** A log of text files that the fast reader can read. */
export interface TextLog {
  readonly plan: TextRowPlan;
  readonly paths: readonly string[];
  readonly header: boolean;
  /** One for each chunk of a plain file, one for each gzip file; in order. */
  readonly marks: readonly TextMark[];
  readonly examples: number;
  /** Rows left out by `omitRows`. */
  readonly omitted: number;
  /** By numeric column: its values in the first window, without the missing ones. */
  readonly windows: readonly Float64Array[];
}

/**
 * Reads text files once, in the fast way: counts their rows, checks every value, remembers where chunks start.
 *
 * @returns undefined where there is anything that the fast reader cannot judge: a bad row, an unusual spelling. Then the
 *   careful reader (`log_check.ts`) has to read the log; it says what is wrong, or finds that nothing is.
 */
export async function checkText(config: LogConfig, files: LogFiles): Promise<TextLog | undefined> {
  const plan = textRowPlan(config, files);
  if (plan === undefined) return undefined;
  const header = config.header;
  const scanner = createTextRowScanner(plan, false);
  const Nd = config.numeric.length;
  const rows: TextRows = {
    ids: new Int32Array(),
    idStride: 0,
    numbers: new Float64Array(BLOCK_ROWS * Nd),
    labels: new Float32Array(BLOCK_ROWS),
    times: new Float64Array(BLOCK_ROWS),
  };
  const window: Float64Array[] = []; // row-major blocks
  const marks: TextMark[] = [];
  let examples = 0;
  try {
    for (const [file, path] of files.paths.entries()) {
      const packed = /\.gz$/i.test(path);
      if (packed) marks.push({ file, offset: 0, rows: scanner.row, examples });
      for await (const chunk of textChunks(path, header)) {
        if (!isPlainUtf8(chunk)) return undefined;
        if (!packed) marks.push({ file, offset: chunk.offset, rows: scanner.row, examples });
        for (let p = chunk.start; p < chunk.end;) {
          p = scanner.scan(chunk.bytes, p, chunk.end, rows, 0, BLOCK_ROWS);
          if (p < 0) return undefined;
          if (examples < WINDOW_ROWS) window.push(rows.numbers.slice(0, scanner.written * Nd));
          examples += scanner.written;
        }
      }
    }
  } catch (error) {
    if (error instanceof UnusualText) return undefined;
    throw error;
  }
  const omitted = scanner.row - examples;
  if (examples === 0 || omitted < config.omitRows.length) return undefined;
  const windows = windowColumns(window, Nd, windowRows(config, examples));
  return { plan, paths: files.paths, header, marks, examples, omitted, windows };
}

const BLOCK_ROWS = 4096;

const strict = new TextDecoder("utf-8", { fatal: true });

/** No byte 0, and nothing that is not UTF-8. */
function isPlainUtf8({ bytes, start, end }: TextChunk): boolean {
  const part = bytes.subarray(start, end);
  if (part.includes(0)) return false;
  if (isAscii(bytes, end)) return true;
  try {
    strict.decode(part);
    return true;
  } catch {
    return false;
  }
}

/** Whether the buffer's first `end` bytes are ASCII, eight at a time; a few bytes more may be looked at. */
function isAscii(bytes: Uint8Array<ArrayBuffer>, end: number): boolean {
  const words = new Int32Array(bytes.buffer, 0, end >> 2);
  let seen = 0;
  for (let i = 0; i < words.length; i++) seen |= words[i];
  for (let i = words.length * 4; i < end; i++) seen |= bytes[i];
  return (seen & 0x80808080) === 0;
}

/** The columns of the first `rows` rows of row-major blocks, without missing values. */
function windowColumns(blocks: readonly Float64Array[], columns: number, rows: number): Float64Array[] {
  return Array.from({ length: columns }, (_, column) => {
    const values = new Float64Array(rows);
    let count = 0;
    let left = rows;
    for (const block of blocks) {
      const here = Math.min(left, block.length / columns);
      for (let row = 0; row < here; row++) {
        const value = block[row * columns + column];
        if (value === value) values[count++] = value;
      }
      left -= here;
    }
    return values.subarray(0, count);
  });
}
