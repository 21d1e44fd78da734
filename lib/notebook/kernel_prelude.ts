/** What runs inside a kernel before its first cell. */
import { installGuards } from "./guards.ts";

/** MIME type under which the kernel marks that all earlier outputs are out. */
export const BARRIER_MIME = "application/x-recscale-barrier";
/** MIME type of the sign of life that says the kernel's event loop turns. */
export const BEAT_MIME = "application/x-recscale-beat";
/** Where the barrier function waits on `globalThis`, by `Symbol.for`. */
export const BARRIER_SYMBOL = "recscale.barrier";
/** Milliseconds between two signs of life. */
export const BEAT_MS = 100;

/**
 * Prepares a kernel: `folder` as its working folder, guards, a barrier function that survives cells which replace `console`, a sign of life every
 * {@linkcode BEAT_MS} while the event loop turns, and an end with the process that started it.
 */
export function prepareKernel(folder: string): void {
  Deno.chdir(folder);
  installGuards();
  const log = console.log.bind(console);
  const error = console.error.bind(console);
  // async: `broadcast` is declared to return a promise but also returns undefined
  const show = async (mime: string, value: string) => {
    await Deno.jupyter.broadcast("display_data", { data: { [mime]: value }, metadata: {}, transient: {} });
  };

  Object.defineProperty(globalThis, Symbol.for(BARRIER_SYMBOL), {
    value: async (token: string) => {
      log(token);
      error(token);
      await show(BARRIER_MIME, token);
    },
  });

  const parent = Deno.ppid;
  const beat = setInterval(() => {
    if (Deno.ppid !== parent) Deno.exit(1);
    show(BEAT_MIME, "").catch(() => {}); // the next one will do
  }, BEAT_MS);
  Deno.unrefTimer(beat);
}
