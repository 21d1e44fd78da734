/** A command for the tests of `main`; not a task of the project. */
import { main, type OptionSpec } from "../../lib/cli/command.ts";

export const demo = {
  name: "demo",
  summary: "Runs the notebooks that are named, or all of them, and writes what they give to a folder of its own each.",
  details: `
Each notebook runs in a process of its own. A notebook that fails does not stop the others; the exit status says whether
one did.

  deno task demo --profile paper 01_scaling_laws`,
  positionals: "ACTION [NOTEBOOK...]",
  options: {
    "profile": {
      type: "string",
      value: "PROFILE",
      choices: ["smoke", "paper"],
      default: "smoke",
      help: "how much work",
    },
    "config": {
      type: "string",
      value: "FILE",
      help:
        "a file with options that stand for those of the command line, one by one, and that is checked before any " +
        "notebook is run",
    },
    "no-browser": { type: "boolean", help: "do not open a browser" },
  },
} as const satisfies { name: string; options: Record<string, OptionSpec>; [key: string]: unknown };

if (import.meta.main) {
  const [action] = Deno.args;
  await main({
    ...demo,
    stopsOnSignal: action === "stop",
    async run(values, positionals, signal) {
      if (action === "fail") throw new Error("the disk is full", { cause: new Error("write failed") });
      if (action === "three") return 3;
      if (action === "print") console.log(JSON.stringify({ values, positionals }));
      if (action === "wait" || action === "stop") {
        console.log("waiting");
        const forever = setInterval(() => {}, 1000);
        await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
        clearInterval(forever);
        console.log("stopped in order");
      }
    },
  });
}
