import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";

/** A part of a text file that ends with a whole line. */
export interface TextChunk {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where its first row starts: after a byte order mark and a header line. */
  readonly start: number;
  /** One past its last line break. The bytes are only valid until the next chunk is asked for. */
  readonly end: number;
  /** Where in the (unpacked) text of the file `bytes[start]` stands. */
  readonly offset: number;
}

/** Large enough that a chunk's overheads do not count, small enough to stay in the processor's cache. */
const CHUNK_BYTES = 1 << 20;

/** A line that is longer than this is left to the careful reader, which says what is wrong with it. */
const LONGEST_LINE = 1 << 21;

const LINE_FEED = 10;

/** Thrown where a text file cannot be cut at its line breaks. */
export class UnusualText extends Error {}

/**
 * Reads a text file, plain or gzip (`.gz`), in chunks of whole lines, about 1 MB each. While one is used, the next is read.
 * Three buffers are held, however long the file is.
 *
 * @param path the file
 * @param header whether its first line is to be left out
 * @param from where in the file to start: 0, or the `offset` of a chunk of a file that is not packed
 * @throws {UnusualText} at a line longer than 2 MB
 */
export async function* textChunks(path: string, header: boolean, from = 0): AsyncGenerator<TextChunk> {
  const source = /\.gz$/i.test(path) ? openGzip(path) : await openPlain(path, from);
  // A line break is added after a last line without one, so there is a byte more than is read.
  const buffer = () => new Uint8Array(CHUNK_BYTES + LONGEST_LINE + 1);
  let [current, next] = [buffer(), buffer()];
  let kept = 0; // bytes of `current` that are the beginning of its first line
  let offset = from; // of current[0]
  let reading = fill(source, current, 0);
  try {
    let atStart = from === 0;
    while (true) {
      const got = await reading;
      const filled = kept + got;
      const ended = got === 0;
      if (ended && kept === 0) return;
      let end = ended ? filled : current.lastIndexOf(LINE_FEED, filled - 1) + 1;
      if (ended) current[end++] = LINE_FEED;
      kept = filled - Math.min(end, filled);
      if (kept > LONGEST_LINE) throw new UnusualText(`a line of ${path} is longer than ${LONGEST_LINE} bytes`);
      if (!ended) {
        next.set(current.subarray(end, filled), 0);
        reading = fill(source, next, kept);
        // Its failure is reported when it is awaited; until then it must not count as unhandled.
        reading.catch(() => {});
      }
      if (end > 0) {
        const start = atStart ? firstRow(current, end, header) : 0;
        atStart = false;
        if (start < end) yield { bytes: current, start, end, offset: offset + start };
      }
      if (ended) return;
      offset += end;
      [current, next] = [next, current];
    }
  } finally {
    await reading.catch(() => {});
    source.close();
  }
}

function firstRow(bytes: Uint8Array, end: number, header: boolean): number {
  const start = end >= 3 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  return header ? bytes.indexOf(LINE_FEED, start) + 1 : start;
}

interface Source {
  /** Bytes read into the target, at least one; null at the end. */
  read(target: Uint8Array): Promise<number | null>;
  close(): void;
}

/** Reads about a chunk into `buffer` from `at` on. @returns how many bytes; 0 at the end */
async function fill(source: Source, buffer: Uint8Array, at: number): Promise<number> {
  let got = 0;
  while (got < CHUNK_BYTES) {
    const count = await source.read(buffer.subarray(at + got, at + CHUNK_BYTES));
    if (count === null) break;
    got += count;
    if (at + got >= CHUNK_BYTES) break;
  }
  return got;
}

async function openPlain(path: string, from: number): Promise<Source> {
  const file = await Deno.open(path);
  if (from > 0) await file.seek(from, Deno.SeekMode.Start);
  return file;
}

function openGzip(path: string): Source {
  const packed = createReadStream(path, { highWaterMark: 1 << 18 });
  const unpacked = createGunzip({ chunkSize: 1 << 18 });
  packed.on("error", (error) => unpacked.destroy(error));
  packed.pipe(unpacked);
  const pieces = unpacked[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  let piece = new Uint8Array();
  return {
    async read(target) {
      while (piece.length === 0) {
        const step = await pieces.next();
        if (step.done) return null;
        piece = step.value as Uint8Array<ArrayBuffer>;
      }
      const count = Math.min(piece.length, target.length);
      target.set(piece.subarray(0, count));
      piece = piece.subarray(count);
      return count;
    },
    close() {
      packed.destroy();
      unpacked.destroy();
    },
  };
}
