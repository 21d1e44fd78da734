// Speaks the worker's protocol without training. The seed says what becomes of a run: 13 fails, 14 ends the process, 15 goes
// on until told to stop; any other is obtained after a moment. Writes who did what into the folder's diary.
import { join } from "node:path";
import { runConfig } from "../../lib/experiments/run.ts";
import { runId } from "../../lib/experiments/run_config.ts";
import type { RunRecord } from "../../lib/experiments/run_record.ts";
import {
  decodeLine,
  encodeMessage,
  type FromWorker,
  linesOf,
  type ToWorker,
} from "../../lib/experiments/worker_protocol.ts";

const say = (message: FromWorker) => Deno.stdout.writeSync(new TextEncoder().encode(encodeMessage(message)));

for await (const line of linesOf(Deno.stdin.readable)) {
  const { message } = decodeLine<ToWorker>(line);
  if (message?.type === "stop") {
    say({ type: "stopped" });
    break;
  }
  if (message?.type !== "run") continue;
  const { plan, folder } = message;
  const note = { seed: plan.seed, pid: Deno.pid, threads: Deno.env.get("RECSCALE_THREADS"), at: Date.now() };
  await Deno.writeTextFile(join(folder, "diary"), JSON.stringify(note) + "\n", { append: true });
  console.log("a library prints this");
  if (plan.seed === 13) say({ type: "failed", message: "Unlucky.", stack: "at seed 13" });
  else if (plan.seed === 14) {
    console.error("about to fall over");
    Deno.exit(3);
  } else if (plan.seed !== 15) {
    say({ type: "progress", done: 1, total: 2, note: "" });
    await new Promise((done) => setTimeout(done, 100));
    const record = { id: await runId(runConfig(plan)), config: { seed: plan.seed } } as unknown as RunRecord;
    say({ type: "obtained", source: "trained", record });
  }
}
