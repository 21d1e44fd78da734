/**
 * Fills a cache of a counting stream in a process of its own, slowly, and prints how many examples it drew:
 * `deno run -A fill_cache.ts FOLDER EXAMPLES SHARD_EXAMPLES MILLISECONDS_A_SHARD`
 */
import { setTimeout } from "node:timers/promises";
import { cached } from "../../lib/data/stream_cached.ts";
import { countingStream } from "./counting_stream.ts";

const [folder, ...numbers] = Deno.args;
const [examples, shardExamples, milliseconds] = numbers.map(Number);
const source = countingStream(examples);
let drawn = 0;
const slow = {
  ...source,
  async *read(options: Parameters<typeof source.read>[0]) {
    for await (const batch of source.read(options)) {
      await setTimeout(milliseconds);
      drawn += batch.size;
      yield batch;
    }
  },
};
await cached(slow, folder, "counting", { shardExamples });
console.log(drawn);
