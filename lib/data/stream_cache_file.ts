import type { Batch } from "./batch.ts";
import type { Schema } from "./schema.ts";

/**
 * The file of one shard of a cache: consecutive examples, as small as they go without loss, little-endian.
 *
 * ```text
 * 8 bytes    "rsshard1"
 * 4 bytes    length of the header, a multiple of 8 less 4
 * header     JSON, padded with blanks: {"cache": fingerprint, "from", "size", "p": true or false}
 * times      float64 [size]
 * dense      float32 [size, Nd]
 * p          float32 [size], where the stream has it
 * ids        uint32 [size, fields of more than 65,536 rows]
 *            uint16 [size, fields of 257 to 65,536 rows]
 *            uint8  [size, fields of up to 256 rows]
 * labels     one bit each, the lowest first
 * (every section but the last is padded to a multiple of 8 bytes)
 * 32 bytes   SHA-256 of all before
 * ```
 */
export interface CacheFileHeader {
  /** Fingerprint of the cache that the shard belongs to. */
  readonly cache: string;
  /** Position of its first example in the stream. */
  readonly from: number;
  readonly size: number;
  readonly p: boolean;
}

/** A shard in memory: views of the file's bytes. */
export interface Shard {
  readonly header: CacheFileHeader;
  readonly bytes: number;
  readonly sections: Sections;
}

type Ids = Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

interface Sections {
  readonly times: Float64Array<ArrayBuffer>;
  readonly dense: Float32Array<ArrayBuffer>;
  readonly p?: Float32Array<ArrayBuffer>;
  /** Ids of the fields of one width, row-major, and which fields of the schema they are. */
  readonly ids: readonly { readonly fields: readonly number[]; readonly values: Ids }[];
  readonly labels: Uint8Array<ArrayBuffer>;
}

const MAGIC = "rsshard1";
const CHECKSUM = 32;

/**
 * A batch as the bytes of a shard's file.
 *
 * @throws {RangeError} for an id outside its field, or a label other than 0 and 1
 */
export async function packShard(
  schema: Schema,
  batch: Batch,
  header: CacheFileHeader,
): Promise<Uint8Array<ArrayBuffer>> {
  const head = encodeHeader(header);
  const bytes = new Uint8Array(head.length + sectionBytes(schema, header) + CHECKSUM);
  bytes.set(head);
  const sections = sectionsOf(schema, header, bytes.buffer, head.length);
  sections.times.set(batch.times);
  sections.dense.set(batch.dense);
  if (batch.p) sections.p?.set(batch.p);
  const F = schema.fields.length;
  for (const { fields, values } of sections.ids) {
    fields.forEach((field, k) => {
      const { cardinality } = schema.fields[field];
      for (let i = 0; i < batch.size; i++) {
        const id = batch.ids[i * F + field];
        if (!(id >= 0 && id < cardinality)) throw wrongId(schema, field, id, header.from + i);
        values[i * fields.length + k] = id;
      }
    });
  }
  for (let i = 0; i < batch.size; i++) {
    const label = batch.labels[i];
    if (label !== 0 && label !== 1) {
      throw new RangeError(
        `Cannot cache example ${header.from + i} of ${schema.name}: its label is ${label}, wanted 0 or 1.`,
      );
    }
    sections.labels[i >> 3] |= label << (i & 7);
  }
  const end = bytes.length - CHECKSUM;
  bytes.set(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes.subarray(0, end))), end);
  return bytes;
}

/** @throws {Error} when the checksum at the end of a shard's file does not fit what is before it */
export async function checkSum(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const end = Math.max(0, bytes.length - CHECKSUM);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes.subarray(0, end)));
  if (digest.some((byte, i) => byte !== bytes[end + i])) throw new Error("its checksum does not fit its bytes");
}

/**
 * A shard from the bytes of its file.
 *
 * @param wanted what the header must say; whether there is a `p` is for the file to say
 * @throws {Error} saying what is wrong, for bytes that are not of this shard
 */
export function unpackShard(
  schema: Schema,
  bytes: Uint8Array<ArrayBuffer>,
  wanted: Omit<CacheFileHeader, "p">,
): Shard {
  const end = bytes.length - CHECKSUM;
  if (new TextDecoder().decode(bytes.subarray(0, 8)) !== MAGIC) throw new Error(`it does not begin with ${MAGIC}`);
  const start = 12 + new DataView(bytes.buffer).getUint32(8, true);
  const header: CacheFileHeader = JSON.parse(new TextDecoder().decode(bytes.subarray(12, start)));
  const { cache, from, size } = header;
  if (cache !== wanted.cache || from !== wanted.from || size !== wanted.size) {
    throw new Error(
      `it has ${size} examples from ${from} of cache ${cache}, not ${wanted.size} from ${wanted.from} of ${wanted.cache}`,
    );
  }
  const length = start + sectionBytes(schema, header);
  if (length !== end) throw new Error(`it has ${end} bytes before the checksum, not ${length}`);
  return { header, bytes: bytes.length, sections: sectionsOf(schema, header, bytes.buffer, start) };
}

/**
 * Writes examples of a shard into a batch: `count` from its row `first` on go to the batch's examples from `at` on; or
 * row `rows[i]` goes to the batch's example `at + targets[i]`.
 *
 * @throws {Error} when one of shard and batch has a true `p` and the other has none
 */
export function decodeShard(
  schema: Schema,
  { header, sections }: Shard,
  which: { readonly first: number; readonly count: number } | {
    readonly rows: Int32Array;
    readonly targets: Int32Array;
  },
  into: Batch,
  at: number,
): void {
  if (header.p !== (into.p !== undefined)) {
    throw new Error(
      `Cannot read ${schema.name}: the examples from ${header.from} on have ${header.p ? "a" : "no"} true click ` +
        `probability (p), and others of the batch ${header.p ? "have none" : "have one"}.`,
    );
  }
  if ("count" in which) {
    const { first, count } = which;
    const Nd = schema.dense.length;
    into.times.set(sections.times.subarray(first, first + count), at);
    into.dense.set(sections.dense.subarray(first * Nd, (first + count) * Nd), at * Nd);
    if (sections.p) into.p?.set(sections.p.subarray(first, first + count), at);
    decodeIds(schema, sections, into, count, (i) => first + i, (i) => at + i);
    for (let i = 0; i < count; i++) into.labels[at + i] = labelOf(sections, first + i);
    return;
  }
  const { rows, targets } = which;
  const Nd = schema.dense.length;
  for (let i = 0; i < rows.length; i++) {
    const [row, target] = [rows[i], at + targets[i]];
    into.times[target] = sections.times[row];
    for (let d = 0; d < Nd; d++) into.dense[target * Nd + d] = sections.dense[row * Nd + d];
    if (sections.p && into.p) into.p[target] = sections.p[row];
    into.labels[target] = labelOf(sections, row);
  }
  decodeIds(schema, sections, into, rows.length, (i) => rows[i], (i) => at + targets[i]);
}

function decodeIds(
  schema: Schema,
  sections: Sections,
  into: Batch,
  count: number,
  rowOf: (i: number) => number,
  targetOf: (i: number) => number,
): void {
  const F = schema.fields.length;
  for (const { fields, values } of sections.ids) {
    const width = fields.length;
    for (let i = 0; i < count; i++) {
      const [source, target] = [rowOf(i) * width, targetOf(i) * F];
      for (let k = 0; k < width; k++) into.ids[target + fields[k]] = values[source + k];
    }
  }
}

function labelOf({ labels }: Sections, row: number): number {
  return (labels[row >> 3] >> (row & 7)) & 1;
}

function encodeHeader(header: CacheFileHeader): Uint8Array<ArrayBuffer> {
  const text = JSON.stringify(header);
  const length = Math.ceil((12 + text.length) / 8) * 8;
  const bytes = new Uint8Array(length);
  bytes.set(new TextEncoder().encode(MAGIC));
  new DataView(bytes.buffer).setUint32(8, length - 12, true);
  bytes.set(new TextEncoder().encode(text.padEnd(length - 12)), 12);
  return bytes;
}

const ID_TYPES = [
  { type: Uint32Array, above: 65_536 },
  { type: Uint16Array, above: 256 },
  { type: Uint8Array, above: 0 },
] as const;

/** Fields by the width of their ids, in the order of the file. */
function fieldsByWidth(schema: Schema) {
  return ID_TYPES.map(({ type, above }, i) => ({
    type,
    fields: schema.fields.flatMap(({ cardinality }, field) =>
      cardinality > above && cardinality <= (ID_TYPES[i - 1]?.above ?? Infinity) ? [field] : []
    ),
  })).filter(({ fields }) => fields.length > 0);
}

const padded = (bytes: number) => Math.ceil(bytes / 8) * 8;

function sectionBytes(schema: Schema, { size, p }: CacheFileHeader): number {
  const ids = fieldsByWidth(schema).reduce(
    (sum, { type, fields }) => sum + padded(size * fields.length * type.BYTES_PER_ELEMENT),
    0,
  );
  return 8 * size + padded(4 * size * schema.dense.length) + (p ? padded(4 * size) : 0) + ids + Math.ceil(size / 8);
}

function sectionsOf(
  schema: Schema,
  { size, p }: CacheFileHeader,
  buffer: ArrayBuffer,
  start: number,
): Sections {
  let at = start;
  const take = <T>(type: new (buffer: ArrayBuffer, at: number, length: number) => T, width: number, length: number) => {
    const section = new type(buffer, at, length);
    at += padded(width * length);
    return section;
  };
  return {
    times: take(Float64Array<ArrayBuffer>, 8, size),
    dense: take(Float32Array<ArrayBuffer>, 4, size * schema.dense.length),
    ...(p && { p: take(Float32Array<ArrayBuffer>, 4, size) }),
    ids: fieldsByWidth(schema).map(({ type, fields }) => ({
      fields,
      values: take<Ids>(type, type.BYTES_PER_ELEMENT, size * fields.length),
    })),
    labels: take(Uint8Array<ArrayBuffer>, 1, Math.ceil(size / 8)),
  };
}

function wrongId(schema: Schema, field: number, id: number, example: number): RangeError {
  const { name, cardinality } = schema.fields[field];
  return new RangeError(
    `Cannot cache example ${example} of ${schema.name}: its id of field "${name}" is ${id}, ` +
      `wanted 0 to ${cardinality - 1}.`,
  );
}
