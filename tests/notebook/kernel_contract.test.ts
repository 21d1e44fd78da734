import assert from "node:assert/strict";
import { DenoKernel } from "../../lib/notebook/deno_kernel.ts";
import type { ExecuteReply, Message } from "../../lib/notebook/jupyter_message.ts";
import { settledWithin } from "../../lib/notebook/settled_within.ts";

// What the runner and the wrapper rely on in Deno's own kernel, and what they mend. A test that fails here after an
// update of Deno says which of the two has changed, before notebooks behave in new ways.

const EXECUTE = { silent: false, store_history: true, user_expressions: {}, allow_stdin: false, stop_on_error: false };

async function withKernel(work: (kernel: DenoKernel, published: Message[]) => Promise<void>): Promise<void> {
  const kernel = await DenoKernel.start({ env: { NO_COLOR: "1" } });
  const published: Message[] = [];
  kernel.onPublished = (message) => published.push(message);
  try {
    await work(kernel, published);
  } finally {
    await kernel.kill();
  }
}

const execute = async (kernel: DenoKernel, code: string): Promise<ExecuteReply> =>
  (await kernel.request<ExecuteReply>("execute_request", { ...EXECUTE, code })).content;

/** Messages of a type come some time after the reply: waits until there are so many. */
async function untilPublished(published: readonly Message[], type: string, count = 1): Promise<Message[]> {
  for (let i = 0; i < 400; i++) {
    const found = published.filter(({ header }) => header.msg_type === type);
    if (found.length >= count) return found;
    await new Promise((done) => setTimeout(done, 10));
  }
  throw new Error(`The kernel published fewer than ${count} messages of type ${type} within 4 s.`);
}

Deno.test("Deno's kernel speaks protocol 5 and TypeScript", () =>
  withKernel(async (kernel) => {
    const { content } = await kernel.request<{ protocol_version: string; language_info: { name: string } }>(
      "kernel_info_request",
      {},
    );
    assert.match(content.protocol_version, /^5\./);
    assert.equal(content.language_info.name, "typescript");
  }));

Deno.test("Deno's kernel keeps state from cell to cell, and replies to an error with its name and message", () =>
  withKernel(async (kernel, published) => {
    assert.equal((await execute(kernel, "let z: number = 40")).status, "ok");
    assert.equal((await execute(kernel, "z + 2")).status, "ok");
    const [result] = await untilPublished(published, "execute_result");
    assert.deepEqual((result.content as { data: unknown }).data, { "text/plain": "42" });
    const { status, ename, evalue } = await execute(kernel, `throw new RangeError("too much")`);
    assert.deepEqual([status, ename, evalue], ["error", "RangeError", "too much"]);
    assert.equal((await execute(kernel, "z")).status, "ok");
  }));

Deno.test("Deno's kernel runs cells that were queued after an error: the wrapper must drop them", () =>
  withKernel(async (kernel, published) => {
    const replies = await Promise.all([
      execute(kernel, `throw new Error("first")`),
      execute(kernel, `console.log("second")`),
    ]);
    assert.deepEqual(replies.map(({ status }) => status), ["error", "ok"]);
    await untilPublished(published, "stream");
  }));

Deno.test("Deno's kernel shows and updates displays by their id, and awaits objects that display themselves", () =>
  withKernel(async (kernel, published) => {
    await execute(
      kernel,
      `await Deno.jupyter.broadcast("display_data", { data: { "text/plain": "a" }, metadata: {}, transient: { display_id: "d" } });
       await Deno.jupyter.broadcast("update_display_data", { data: { "text/plain": "b" }, metadata: {}, transient: { display_id: "d" } });
       ({ [Symbol.for("Jupyter.display")]: async () => ({ "text/html": "<b>c</b>" }) })`,
    );
    const [update] = await untilPublished(published, "update_display_data");
    assert.deepEqual((update.content as { transient: unknown }).transient, { display_id: "d" });
    const [result] = await untilPublished(published, "execute_result");
    assert.deepEqual((result.content as { data: unknown }).data, { "text/html": "<b>c</b>" });
  }));

Deno.test("Deno's kernel stops a cell in its synchronous part when asked by message, and state survives", () =>
  withKernel(async (kernel) => {
    await execute(kernel, "let z = 7");
    const running = execute(kernel, "while (true) {}");
    await new Promise((done) => setTimeout(done, 300));
    await kernel.interrupt();
    assert.equal((await running).status, "error");
    assert.equal((await execute(kernel, "z")).status, "ok");
  }));

Deno.test("Deno's kernel does not stop a cell that awaits: the interrupt file must", () =>
  withKernel(async (kernel) => {
    const running = execute(kernel, "await new Promise((done) => setTimeout(done, 60_000))");
    await new Promise((done) => setTimeout(done, 300));
    // not awaited: the reply to this interrupt may never come
    kernel.interrupt().catch(() => {});
    assert.equal(await settledWithin(running, 1000), false);
    running.catch(() => {}); // the kernel is killed with the cell still waiting
  }));
