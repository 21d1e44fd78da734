import { join } from "node:path";
import type { Batch, Stream } from "./batch.ts";
import { emptyBatch } from "./stream_assembly.ts";
import {
  type CacheFileHeader,
  checkSum,
  decodeShard,
  packShard,
  type Shard,
  unpackShard,
} from "./stream_cache_file.ts";
import { type RandomAccessStream, requirePositions } from "./stream_in_memory.ts";
import { type ReadRange, readRange } from "./stream_range.ts";
import { type ShardMemory, shardMemory } from "./stream_shard_memory.ts";

/** How a stream is kept on disk. */
export interface CacheOptions {
  /** Examples in a shard. Default 65,536: some megabytes, read in a few milliseconds. */
  readonly shardExamples?: number;
  /** Shards held in memory, in bytes of their files. Default 256 MB. At least one shard is held. */
  readonly memoryBytes?: number;
  /** Hears of damaged shards that were made anew. */
  readonly notice?: (message: string) => void;
  /** Told how many examples are on disk while the cache is filled. */
  readonly progress?: (examples: number, total: number) => void;
  /** Ends the filling with the signal's reason; what is written stays and is used by the next call. */
  readonly signal?: AbortSignal;
}

/** A stream read from files. */
export interface CachedStream extends RandomAccessStream {
  /** Where its shards lie. May be removed when no process uses it. */
  readonly folder: string;
}

/**
 * Writes a stream into compact files once, and reads it from there: by this run, by the next, and by other processes.
 *
 * Missing shards are filled before this returns, in one pass over the stream from the first missing one on: take a
 * {@link slice} first where only part of a stream will be read. A process that comes while another fills the same cache
 * waits for it; if that one dies, even by `kill -9`, the next goes on with the first shard that is missing. A shard is
 * written beside, flushed and renamed, and its SHA-256 is checked when it is first loaded: a damaged one is made anew from
 * the stream, with a notice.
 *
 * @param folder where caches lie; this one gets a folder in it, named by its fingerprint
 * @param key names the examples: whatever determines them, such as the data config as canonical JSON and the fingerprint
 *   of its files. The cache's fingerprint is the SHA-256 of the key, the schema, the number of examples and the shard size.
 * @throws {Error} when the cache's first examples are not those of the stream: the key names something else
 *
 * @example
 * ```ts
 * import { cached, openDataset } from "recscale/data";
 * import assert from "node:assert/strict";
 *
 * const config = { kind: "synthetic", preset: "PAIR", examples: 1000 } as const;
 * const { train } = await openDataset(config);
 * const folder = await Deno.makeTempDir();
 * const fast = await cached(train, folder, JSON.stringify(config));
 * const read = (stream: typeof train) => Array.fromAsync(stream.read({ batchSize: 300, from: 200 }));
 * assert.deepEqual(await read(fast), await read(train));
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function cached(
  stream: Stream,
  folder: string,
  key: string,
  options: CacheOptions = {},
): Promise<CachedStream> {
  const { shardExamples = 65_536, memoryBytes = 256e6 } = options;
  const { schema, examples } = stream;
  if (!(Number.isInteger(shardExamples) && shardExamples >= 1)) {
    throw new RangeError(
      `Cannot cache ${schema.name} in shards of ${shardExamples} examples: wanted a whole number from 1.`,
    );
  }
  const name = await fingerprint(stream, key, shardExamples);
  const cache: Cache = { stream, folder: join(folder, name), name, shardExamples, options, checked: new Set() };
  await Deno.mkdir(cache.folder, { recursive: true });
  const before = await firstMissing(cache, 0);
  if (before > 0) await requireSameStart(cache);
  if (before < shardCount(cache)) await withLock(cache, () => fill(cache));
  const shards = shardMemory((index) => load(cache, index), memoryBytes);
  return {
    schema,
    examples,
    folder: cache.folder,
    read(wanted) {
      return readShards(cache, shards, readRange(stream, wanted));
    },
    pick(positions) {
      requirePositions(stream, positions);
      return pickFromShards(cache, shards, positions);
    },
  };
}

interface Cache {
  readonly stream: Stream;
  readonly folder: string;
  readonly name: string;
  readonly shardExamples: number;
  readonly options: CacheOptions;
  /** Shards whose checksum was found right. */
  readonly checked: Set<number>;
}

async function fingerprint({ schema, examples }: Stream, key: string, shardExamples: number): Promise<string> {
  const fields = schema.fields.map(({ name, cardinality }) => [name, cardinality]);
  const text = JSON.stringify([key, fields, schema.dense, schema.time, examples, shardExamples]);
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return new Uint8Array(digest).toHex().slice(0, 16);
}

const shardCount = ({ stream, shardExamples }: Cache) => Math.ceil(stream.examples / shardExamples);

const pathOf = ({ folder }: Cache, index: number) => join(folder, `${String(index).padStart(8, "0")}.shard`);

function headerOf({ stream, name, shardExamples }: Cache, index: number): Omit<CacheFileHeader, "p"> {
  const from = index * shardExamples;
  return { cache: name, from, size: Math.min(shardExamples, stream.examples - from) };
}

async function firstMissing(cache: Cache, from: number): Promise<number> {
  for (let index = from; index < shardCount(cache); index++) {
    if (!await isThere(pathOf(cache, index))) return index;
  }
  return shardCount(cache);
}

async function isThere(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Runs `work` while no other process fills the same cache. The system frees the lock of a process that died. */
async function withLock<T>(cache: Cache, work: () => Promise<T>): Promise<T> {
  using file = await Deno.open(join(cache.folder, "filling.lock"), { write: true, create: true });
  await file.lock(true);
  try {
    return await work();
  } finally {
    await file.unlock();
  }
}

async function fill(cache: Cache): Promise<void> {
  const { stream, shardExamples, options } = cache;
  await removeParts(cache);
  let index = await firstMissing(cache, 0);
  const from = index * shardExamples;
  if (from >= stream.examples) return;
  for await (const batch of stream.read({ from, batchSize: shardExamples, signal: options.signal })) {
    if (!await isThere(pathOf(cache, index))) await writeShard(cache, index, batch);
    index++;
    options.progress?.(Math.min(stream.examples, index * shardExamples), stream.examples);
  }
}

/** Removes what processes that died left half written; call it under the lock. */
async function removeParts({ folder }: Cache): Promise<void> {
  for await (const { name } of Deno.readDir(folder)) {
    if (name.endsWith(".part")) await Deno.remove(join(folder, name));
  }
}

async function writeShard(cache: Cache, index: number, batch: Batch): Promise<Uint8Array<ArrayBuffer>> {
  const header = { ...headerOf(cache, index), p: batch.p !== undefined };
  const bytes = await packShard(cache.stream.schema, batch, header);
  const path = pathOf(cache, index);
  const beside = `${path}.${Deno.pid}.part`;
  {
    using file = await Deno.open(beside, { write: true, create: true, truncate: true });
    for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
    await file.sync();
  }
  await Deno.rename(beside, path);
  return bytes;
}

/** The shard from its file; made anew where that is missing or damaged. */
async function load(cache: Cache, index: number): Promise<Shard> {
  const { stream: { schema } } = cache;
  try {
    return await readShard(cache, index);
  } catch {
    return await withLock(cache, async () => {
      try {
        return await readShard(cache, index); // another process may have made it anew in the meantime
      } catch (error) {
        const { from, size } = headerOf(cache, index);
        const why = error instanceof Error ? error.message : String(error);
        cache.options.notice?.(`Made the shard ${pathOf(cache, index)} of ${schema.name} anew: ${why}.`);
        for await (const batch of cache.stream.read({ from, to: from + size, batchSize: size })) {
          return unpackShard(schema, await writeShard(cache, index, batch), headerOf(cache, index));
        }
        throw error;
      }
    });
  }
}

async function readShard(cache: Cache, index: number): Promise<Shard> {
  const bytes = await Deno.readFile(pathOf(cache, index));
  if (!cache.checked.has(index)) await checkSum(bytes);
  cache.checked.add(index);
  return unpackShard(cache.stream.schema, bytes, headerOf(cache, index));
}

/** Examples compared with the stream when a cache is found. */
const COMPARED = 64;

async function requireSameStart(cache: Cache): Promise<void> {
  const { stream } = cache;
  const shard = await load(cache, 0);
  const count = Math.min(COMPARED, stream.examples, cache.shardExamples);
  for await (const batch of stream.read({ to: count, batchSize: count })) {
    const kept = emptyBatch(stream.schema, count, shard.header.p);
    decodeShard(stream.schema, shard, { first: 0, count }, kept, 0);
    const columns = ["ids", "dense", "labels", "times", "p"] as const;
    const other = columns.filter((column) => batch[column]?.some((value, i) => !Object.is(value, kept[column]?.[i])));
    if (other.length === 0 && batch.p === undefined === (kept.p === undefined)) return;
    throw new Error(
      `Cannot use the cache ${cache.folder} for ${stream.schema.name}: its first ${count} examples have other ` +
        `${
          other.join(", ") || "columns"
        }. Give a key that says all that determines the examples, or remove that folder.`,
    );
  }
}

/** Loads the next shard while the batches of one are used. */
async function* readShards(
  { stream: { schema }, shardExamples }: Cache,
  shards: ShardMemory,
  { from, to, batchSize, signal }: ReadRange,
): AsyncGenerator<Batch> {
  let index = Math.floor(from / shardExamples);
  let current: Promise<Shard> | undefined;
  let next: Promise<Shard> | undefined;
  for (let start = from; start < to; start += batchSize) {
    signal?.throwIfAborted();
    const size = Math.min(batchSize, to - start);
    let batch: Batch | undefined;
    for (let filled = 0; filled < size;) {
      const position = start + filled;
      if (current === undefined || position === (index + 1) * shardExamples) {
        index = Math.floor(position / shardExamples);
        current = next ?? shards(index);
        next = (index + 1) * shardExamples < to ? shards(index + 1) : undefined;
        next?.catch(() => {}); // it is reported when its turn comes
      }
      const shard = await current;
      batch ??= emptyBatch(schema, size, shard.header.p);
      const first = position - index * shardExamples;
      const count = Math.min(size - filled, shard.header.size - first);
      decodeShard(schema, shard, { first, count }, batch, filled);
      filled += count;
    }
    if (batch) yield batch;
  }
}

async function pickFromShards(
  { stream: { schema }, shardExamples }: Cache,
  shards: ShardMemory,
  positions: Float64Array,
): Promise<Batch> {
  const byShard = new Map<number, number[]>();
  positions.forEach((position, i) => {
    const index = Math.floor(position / shardExamples);
    const wanted = byShard.get(index);
    if (wanted) wanted.push(i);
    else byShard.set(index, [i]);
  });
  let batch: Batch | undefined;
  for (const [index, wanted] of [...byShard].sort(([a], [b]) => a - b)) {
    const shard = await shards(index);
    batch ??= emptyBatch(schema, positions.length, shard.header.p);
    const targets = Int32Array.from(wanted);
    const rows = targets.map((i) => positions[i] - index * shardExamples);
    decodeShard(schema, shard, { rows, targets }, batch, 0);
  }
  return batch ?? emptyBatch(schema, 0, false);
}
