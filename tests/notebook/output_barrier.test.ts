import assert from "node:assert/strict";
import { makeMessage } from "../../lib/notebook/jupyter_message.ts";
import { BARRIER_MIME } from "../../lib/notebook/kernel_prelude.ts";
import { OutputBarrier } from "../../lib/notebook/output_barrier.ts";

function stream(name: string, text: string) {
  return makeMessage("s", "stream", { name, text });
}

function texts(barrier: OutputBarrier, ...pieces: string[]): unknown[] {
  return pieces.map((piece) =>
    (barrier.filter(stream("stdout", piece))?.content as { text: string } | undefined)?.text
  );
}

Deno.test("the barrier's token is cut out of a stream, alone or with text around it", () => {
  const alone = new OutputBarrier();
  assert.deepEqual(texts(alone, `${alone.token}\n`, "later\n"), [undefined, "later\n"]);
  const around = new OutputBarrier();
  assert.deepEqual(texts(around, `before\n${around.token}\nafter\n`), ["before\nafter\n"]);
  const indented = new OutputBarrier();
  assert.deepEqual(texts(indented, `before\n    ${indented.token}\n`), ["before\n"]);
});

Deno.test("a token that arrives in pieces is held back and cut out, text that only begins like it is not lost", () => {
  const barrier = new OutputBarrier();
  const { token } = barrier;
  assert.deepEqual(texts(barrier, `text ${token.slice(0, 9)}`, token.slice(9), "\nrest\n"), [
    "text ",
    undefined,
    "rest\n",
  ]);
  const alike = new OutputBarrier();
  assert.deepEqual(texts(alike, token[0], "no token\n"), [undefined, `${token[0]}no token\n`]);
});

Deno.test("the barrier is passed only when the token has come out of every path", async () => {
  const barrier = new OutputBarrier();
  barrier.sentAs("request");
  let passed = false;
  barrier.passed.then(() => passed = true);
  const steps = [
    stream("stdout", `${barrier.token}\n`),
    stream("stderr", `${barrier.token}\n`),
    makeMessage("s", "display_data", { data: { [BARRIER_MIME]: barrier.token } }),
    { ...makeMessage("s", "status", { execution_state: "idle" }), parent_header: { msg_id: "request" } },
  ];
  for (const [i, message] of steps.entries()) {
    assert.equal(barrier.filter(message), null);
    await Promise.resolve();
    assert.equal(passed, i === steps.length - 1);
  }
});
