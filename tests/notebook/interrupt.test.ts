import assert from "node:assert/strict";
import { interruptSignal } from "../../lib/notebook/interrupt.ts";
import { INTERRUPT_FILE_VARIABLE, InterruptChannel, readInterruptCount } from "../../lib/notebook/interrupt_channel.ts";

async function withChannel(work: (channel: InterruptChannel) => Promise<void>): Promise<void> {
  await using channel = await InterruptChannel.open();
  Deno.env.set(INTERRUPT_FILE_VARIABLE, channel.path);
  try {
    await work(channel);
  } finally {
    Deno.env.delete(INTERRUPT_FILE_VARIABLE);
  }
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

Deno.test("an interrupt aborts the signals born before it, with a reason named Interrupted, and none born after", async () => {
  await withChannel(async (channel) => {
    using first = interruptSignal();
    using second = interruptSignal();
    await wait(150);
    assert.equal(first.aborted, false);
    await channel.raise();
    using later = interruptSignal();
    await wait(250);
    assert.deepEqual([first.aborted, second.aborted, later.aborted], [true, true, false]);
    assert.equal(first.reason.name, "Interrupted");
    await channel.raise();
    await wait(250);
    assert.equal(later.aborted, true);
  });
});

Deno.test("a disposed signal hears nothing more", async () => {
  await withChannel(async (channel) => {
    const signal = interruptSignal();
    signal[Symbol.dispose]();
    await channel.raise();
    await wait(200);
    assert.equal(signal.aborted, false);
  });
});

Deno.test("without an interrupt file, or when it has gone, a signal never aborts", async () => {
  assert.equal(Deno.env.get(INTERRUPT_FILE_VARIABLE), undefined);
  assert.equal(interruptSignal().aborted, false);
  assert.equal(readInterruptCount("/nowhere/at/all"), 0);
  await Promise.resolve();
});
