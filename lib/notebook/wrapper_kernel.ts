/**
 * The program that Jupyter starts for our kernelspec: `deno run -A --no-config wrapper_kernel.ts {connection_file}`.
 * {@linkcode WrapperKernel} says what it adds to Deno's own kernel.
 */
import type { ConnectionInfo } from "./jupyter_message.ts";
import { WrapperKernel } from "./wrapper_session.ts";

/** Milliseconds between two looks at the parent process. */
const PARENT_LOOK_MS = 1_000;

if (import.meta.main) {
  const parent = Deno.ppid;
  const [connectionFile] = Deno.args;
  if (!connectionFile) {
    console.error("Cannot start: got no connection file, wanted `wrapper_kernel.ts {connection_file}`");
    Deno.exit(2);
  }
  const connection: ConnectionInfo = JSON.parse(await Deno.readTextFile(connectionFile));
  const kernel = await WrapperKernel.start(connection);
  Deno.addSignalListener("SIGINT", () => kernel.interrupt()); // Ctrl-C in a terminal front end; by itself it would end us
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", () => kernel.shutdown());
  // By this variable Jupyter says that its kernels are not to outlive it; killed, it cannot tell them any more.
  if (Deno.env.has("JPY_PARENT_PID") && Deno.build.os !== "windows") {
    setInterval(() => Deno.ppid === parent || kernel.shutdown(), PARENT_LOOK_MS);
  }
  Deno.exit(await kernel.ended);
}
