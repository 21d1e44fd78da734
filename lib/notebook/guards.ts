const installed = Symbol.for("recscale.guards");

/**
 * Keeps a kernel alive and honest when code fails outside any cell's own control flow.
 *
 * Under Deno's kernel a rejected promise that nobody awaits vanishes silently, and an error thrown in a timer hangs the
 * kernel. After this call both are printed to stderr, that is, into the notebook, and the kernel goes on. The headless runner
 * and the wrapper kernel install the guards themselves; on the plain Deno kernel call this in the first cell. Calling it again
 * does nothing.
 *
 * @example
 * ```ts
 * import { installGuards } from "recscale/notebook";
 *
 * installGuards();
 * ```
 */
export function installGuards(): void {
  const root = globalThis as { [installed]?: true };
  if (root[installed]) return;
  root[installed] = true;
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    console.error("Unhandled rejection (a promise that no cell awaits failed):", event.reason);
  });
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    console.error("Uncaught error (thrown outside a cell, for example in a timer):", event.error ?? event.message);
  });
}
