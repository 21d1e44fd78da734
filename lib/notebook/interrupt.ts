import { INTERRUPT_FILE_VARIABLE, readInterruptCount } from "./interrupt_channel.ts";

/** Milliseconds between two looks at the interrupt file: a person does not notice 100 ms, and a look costs about 20 µs. */
const POLL_MS = 100;

/** A signal that also stops watching when disposed: `using signal = interruptSignal();`. */
export type InterruptSignal = AbortSignal & Disposable;

const waiting = new Map<AbortController, number>(); // each live signal with the count at its birth
let timer: ReturnType<typeof setInterval> | undefined;

/**
 * A signal that aborts when the person stops the running cell (the stop button, Ctrl-C in the headless runner).
 *
 * Deno's kernel cannot stop a cell that awaits; code that works for long takes this signal instead and ends by itself, with
 * its checkpoint written. Make one per call: it only reacts to interrupts that come after its birth. The file behind it is
 * looked at every 100 ms by a timer, so code that never yields to the event loop (only `await`s things that are ready) does
 * not hear it. Outside the headless runner and the wrapper kernel (no `RECSCALE_INTERRUPT_FILE`) it never aborts.
 *
 * @returns a signal whose reason is an `Error` named `Interrupted`. Looking ends once it has aborted or is disposed.
 *
 * @example
 * ```ts
 * import { interruptSignal } from "recscale/notebook";
 * import assert from "node:assert/strict";
 *
 * using signal = interruptSignal();
 * assert.equal(signal.aborted, false);
 * ```
 */
export function interruptSignal(): InterruptSignal {
  const controller = new AbortController();
  const path = Deno.env.get(INTERRUPT_FILE_VARIABLE);
  if (path !== undefined) {
    waiting.set(controller, readInterruptCount(path));
    if (timer === undefined) {
      timer = setInterval(() => look(path), POLL_MS);
      Deno.unrefTimer(timer);
    }
  }
  return Object.assign(controller.signal, { [Symbol.dispose]: () => forget(controller) });
}

function look(path: string): void {
  const count = readInterruptCount(path);
  for (const [controller, atBirth] of [...waiting]) {
    if (count <= atBirth) continue;
    forget(controller);
    const reason = new Error("The cell was interrupted");
    reason.name = "Interrupted";
    reason.stack = `${reason.name}: ${reason.message}`; // the timer that noticed tells a reader nothing
    controller.abort(reason);
  }
}

function forget(controller: AbortController): void {
  waiting.delete(controller);
  if (waiting.size > 0) return;
  clearInterval(timer);
  timer = undefined;
}
