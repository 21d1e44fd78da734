import assert from "node:assert/strict";
import { htmlObject } from "./code_notebook.ts";
import { FrontEnd } from "./front_end.ts";

const interruptModule = JSON.stringify(import.meta.resolve("../../lib/notebook/interrupt.ts"));

async function withFrontEnd(work: (front: FrontEnd) => Promise<void>): Promise<void> {
  const front = await FrontEnd.start();
  try {
    await work(front);
  } finally {
    await front.shutdown();
  }
}

/** Long enough for a cell to have started. */
function aWhile(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 300));
}

Deno.test("every output of cells sent in one burst comes under its own cell and before that cell's idle", async () => {
  await withFrontEnd(async (front) => {
    const sent = Array.from({ length: 30 }, (_, i) => ({
      i,
      ...front.execute(
        `for (let j = 0; j < 8; j++) console.log("log ${i}", j);
         for (let j = 0; j < 3; j++) Deno.jupyter.display(${htmlObject(`shown ${i}`)}); ${i} + 0.5`,
      ),
    }));
    for (const { done } of sent) assert.equal((await done).status, "ok");
    for (const { i, id } of sent) {
      const log = Array.from({ length: 8 }, (_, j) => `log ${i} ${j}\n`).join("");
      const shown = Array<string>(3).fill(`display:shown ${i}`);
      assert.deepEqual(front.brief(id), ["busy", "in", `stdout:${log}`, ...shown, `result:${i}.5`, "idle"]);
    }
  });
});

Deno.test("cells queued behind an error are dropped, later ones run; without stop_on_error nothing is dropped", async () => {
  await withFrontEnd(async (front) => {
    const [failing, queued, alsoQueued] = [`throw new Error("stop")`, `console.log("no")`, `1`].map((c) =>
      front.execute(c)
    );
    const info = front.request("kernel_info_request", {});
    assert.equal((await failing.done).status, "error");
    assert.equal((await queued.done).status, "aborted");
    // no execution_count, as ipykernel answers: with one, JupyterLab numbers a cell that never ran
    assert.deepEqual(await alsoQueued.done, { status: "aborted" });
    assert.deepEqual(front.brief(failing.id), ["busy", "in", "error:Error: stop", "idle"]);
    assert.deepEqual(front.brief(queued.id), ["busy", "idle"]);
    const { language_info } = (await info.reply).content as { language_info: { name: string } };
    assert.equal(language_info.name, "typescript");

    const going = [front.execute(`throw new Error("go on")`, { stop_on_error: false }), front.execute("2")];
    assert.equal((await going[0].done).status, "error");
    assert.equal((await going[1].done).status, "ok");
    assert.deepEqual(front.brief(going[1].id), ["busy", "in", "result:2", "idle"]);
  });
});

Deno.test("an interrupt stops an endless loop and a cell that awaits and listens; both show it; the state survives", async () => {
  await withFrontEnd(async (front) => {
    await front.execute(`let z = 5; const { interruptSignal } = await import(${interruptModule})`).done;
    const awaiting = `await new Promise((_, no) => {
      const signal = interruptSignal();
      signal.addEventListener("abort", () => no(signal.reason));
    })`;
    for (const code of [`while (true) {}`, awaiting]) {
      const cell = front.execute(code);
      const queued = front.execute(`"dropped"`);
      await aWhile();
      const interrupt = front.request("interrupt_request", {}, "control");
      assert.deepEqual((await interrupt.reply).content, { status: "ok" });
      const reply = await cell.done;
      assert.deepEqual([reply.status, reply.ename], ["error", "Interrupted"]);
      assert.ok(reply.traceback!.length > 0);
      assert.match(front.brief(cell.id).join("|"), /^busy\|in\|error:Interrupted: [Tt]he cell was interrupted\|idle$/);
      assert.equal((await queued.done).status, "aborted");
      const after = front.execute(`z++`);
      assert.equal((await after.done).status, "ok");
    }
    const last = front.execute(`z`);
    await last.done;
    assert.deepEqual(front.brief(last.id), ["busy", "in", "result:7", "idle"]);
    await front.request("interrupt_request", {}, "control").reply; // with nothing running it harms nothing
    assert.equal((await front.execute(`z`).done).status, "ok");
  });
});

Deno.test("completion and code checks are answered by Deno's kernel", async () => {
  await withFrontEnd(async (front) => {
    await front.execute(`const someLongName = { inner: 1 }`).done;
    const completion = await front.request("complete_request", { code: "someLong", cursor_pos: 8 }).reply;
    assert.deepEqual((completion.content as { matches: string[] }).matches, ["someLongName"]);
    const complete = await front.request("is_complete_request", { code: "1 +" }).reply;
    assert.equal(complete.header.msg_type, "is_complete_reply");
  });
});

Deno.test("when Deno's kernel dies its cell says so, and the wrapper ends with a failure for the front end to see", async () => {
  const front = await FrontEnd.start();
  const cell = front.execute(`console.log("last"); await new Promise((r) => setTimeout(r, 50)); Deno.exit(4)`);
  const queued = front.execute(`"never"`);
  const reply = await cell.done;
  assert.deepEqual([reply.status, reply.ename], ["error", "KernelDied"]);
  assert.equal((await queued.done).status, "aborted");
  const [busy, input, printed, error, idle] = front.brief(cell.id);
  assert.deepEqual([busy, input, printed, idle], ["busy", "in", "stdout:last\n", "idle"]);
  assert.match(error, /^error:KernelDied: .*exit code 4/);
  assert.equal((await front.process.status).code, 1);
  front.close();
});

Deno.test("a shutdown request ends the wrapper with success", async () => {
  const front = await FrontEnd.start();
  assert.equal(await front.shutdown(), 0);
});
