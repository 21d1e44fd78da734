// A process that takes the lease of run `id` in `folder`, says "held" or "taken", and keeps it until its input ends.
import { takeLease } from "../../lib/experiments/run_lease.ts";

const [folder, id, beatSeconds, staleSeconds] = Deno.args;
const options = { beatSeconds: Number(beatSeconds), staleSeconds: Number(staleSeconds) };
const lease = await takeLease(folder, id, options);
console.log(lease ? "held" : "taken");
if (lease) {
  lease.lost.addEventListener("abort", () => {
    console.log("lost");
  });
  for await (const _ of Deno.stdin.readable);
  await lease.release();
}
