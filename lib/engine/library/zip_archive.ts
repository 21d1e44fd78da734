/** One file in a zip archive. */
export interface ZipEntry {
  readonly name: string;
  /** Bytes after inflation. */
  readonly size: number;
  readonly compressedSize: number;
  /** 0: stored as it is; 8: deflated. */
  readonly method: number;
  /** Where its local header begins in the archive. */
  readonly headerOffset: number;
}

const END_OF_DIRECTORY = 0x06054b50;
const ZIP64_END_OF_DIRECTORY = 0x06064b50;
const ZIP64_LOCATOR = 0x07064b50;
const DIRECTORY_ENTRY = 0x02014b50;
const LOCAL_HEADER = 0x04034b50;
const ZIP64_FIELD = 0x0001;
const CHUNK_BYTES = 1 << 18;

/**
 * The files in a zip archive by name, from its central directory (PKWARE's APPNOTE 6.3, sections 4.3 and 4.5.3, with the
 * 64-bit fields of large archives).
 *
 * @throws {Error} when the file is not a zip archive or was cut short.
 */
export async function readZipDirectory(path: string): Promise<Map<string, ZipEntry>> {
  using file = await Deno.open(path);
  const { size } = await file.stat();
  const { offset, bytes, entries } = await locateDirectory(file, size, path);
  const directory = new DataView((await readAt(file, offset, bytes, path)).buffer);
  const found = new Map<string, ZipEntry>();
  let at = 0;
  for (let i = 0; i < entries; i++) {
    if (at + 46 > bytes || directory.getUint32(at, true) !== DIRECTORY_ENTRY) {
      throw damaged(path, `file ${i} of its list`);
    }
    const entry = readEntry(directory, at);
    found.set(entry.name, entry);
    at += 46 + [28, 30, 32].reduce((sum, field) => sum + directory.getUint16(at + field, true), 0);
  }
  return found;
}

/**
 * The content of one file of an archive, inflated as it is read.
 *
 * @throws {Error} (the stream) when the archive is cut short or its data cannot be inflated.
 */
export function readZipEntry(path: string, entry: ZipEntry): ReadableStream<Uint8Array<ArrayBuffer>> {
  if (entry.method !== 0 && entry.method !== 8) {
    throw new Error(
      `Cannot unpack "${entry.name}" of ${path}: it is compressed by method ${entry.method}, not deflated.`,
    );
  }
  const raw = ReadableStream.from(readCompressed(path, entry));
  return entry.method === 0 ? raw : raw.pipeThrough(new DecompressionStream("deflate-raw"));
}

async function* readCompressed(path: string, entry: ZipEntry): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  using file = await Deno.open(path);
  const header = new DataView((await readAt(file, entry.headerOffset, 30, path)).buffer);
  if (header.getUint32(0, true) !== LOCAL_HEADER) throw damaged(path, `the header of "${entry.name}"`);
  const start = entry.headerOffset + 30 + header.getUint16(26, true) + header.getUint16(28, true);
  const end = start + entry.compressedSize;
  for (let at = start; at < end; at += CHUNK_BYTES) {
    yield await readAt(file, at, Math.min(CHUNK_BYTES, end - at), path);
  }
}

async function locateDirectory(file: Deno.FsFile, size: number, path: string) {
  // The end record has 22 bytes and a comment of at most 65,535.
  const tailBytes = Math.min(size, 22 + 0xffff);
  const tail = new DataView((await readAt(file, size - tailBytes, tailBytes, path)).buffer);
  let end = tailBytes - 22;
  while (end >= 0 && tail.getUint32(end, true) !== END_OF_DIRECTORY) end--;
  if (end < 0) throw new Error(`${path} is not a zip archive, or was cut short: it has no list of files at its end.`);
  let entries = tail.getUint16(end + 10, true);
  let bytes = tail.getUint32(end + 12, true);
  let offset = tail.getUint32(end + 16, true);
  if (end >= 20 && tail.getUint32(end - 20, true) === ZIP64_LOCATOR) {
    const at = Number(tail.getBigUint64(end - 20 + 8, true));
    const record = new DataView((await readAt(file, at, 56, path)).buffer);
    if (record.getUint32(0, true) !== ZIP64_END_OF_DIRECTORY) throw damaged(path, "its 64-bit end record");
    entries = Number(record.getBigUint64(32, true));
    bytes = Number(record.getBigUint64(40, true));
    offset = Number(record.getBigUint64(48, true));
  }
  if (offset + bytes > size) throw damaged(path, "the place of its list of files");
  return { entries, bytes, offset };
}

function readEntry(directory: DataView<ArrayBuffer>, at: number): ZipEntry {
  const nameBytes = directory.getUint16(at + 28, true);
  const name = new TextDecoder().decode(new Uint8Array(directory.buffer, at + 46, nameBytes));
  // In this order, those that are all ones stand as 64-bit numbers in the extra field instead.
  const [size, compressedSize, headerOffset] = wideFields(
    directory,
    [24, 20, 42].map((field) => directory.getUint32(at + field, true)),
    at + 46 + nameBytes,
    directory.getUint16(at + 30, true),
  );
  return { name, size, compressedSize, headerOffset, method: directory.getUint16(at + 10, true) };
}

function wideFields(directory: DataView, narrow: number[], extra: number, extraBytes: number): number[] {
  for (let at = extra; at + 4 <= extra + extraBytes; at += 4 + directory.getUint16(at + 2, true)) {
    if (directory.getUint16(at, true) !== ZIP64_FIELD) continue;
    let next = at + 4;
    return narrow.map((value) => {
      if (value !== 0xffffffff) return value;
      next += 8;
      return Number(directory.getBigUint64(next - 8, true));
    });
  }
  return narrow;
}

async function readAt(file: Deno.FsFile, offset: number, length: number, path: string) {
  const bytes = new Uint8Array(length);
  await file.seek(offset, Deno.SeekMode.Start);
  for (let filled = 0; filled < length;) {
    const read = await file.read(bytes.subarray(filled));
    if (read === null) throw damaged(path, `byte ${offset + filled}, where it ends`);
    filled += read;
  }
  return bytes;
}

function damaged(path: string, where: string): Error {
  return new Error(`The archive ${path} is damaged at ${where}.`);
}
