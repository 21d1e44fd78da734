import type { Shard } from "./stream_cache_file.ts";

/** Gives a shard by its number, from memory or by loading it. */
export type ShardMemory = (index: number) => Promise<Shard>;

/** The shards used last, up to `memoryBytes`. Two readers that want the same shard load it once. */
export function shardMemory(loadShard: (index: number) => Promise<Shard>, memoryBytes: number): ShardMemory {
  const held = new Map<number, Promise<Shard>>(); // in order of use
  const sizes = new Map<number, number>();
  return async (index: number): Promise<Shard> => {
    const known = held.get(index);
    const shard = known ?? loadShard(index);
    held.delete(index);
    held.set(index, shard);
    if (known) return await known;
    try {
      sizes.set(index, (await shard).bytes);
    } catch (error) {
      held.delete(index);
      throw error;
    }
    let total = sizes.values().reduce((sum, bytes) => sum + bytes, 0);
    for (const [old, bytes] of [...held.keys()].map((i) => [i, sizes.get(i) ?? 0])) {
      if (total <= memoryBytes) break;
      if (old === index || bytes === 0) continue;
      held.delete(old);
      sizes.delete(old);
      total -= bytes;
    }
    return await shard;
  };
}
