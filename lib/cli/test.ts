import { PROJECT_ROOT } from "../experiments/study.ts";
import { main } from "./command.ts";
import { prepare } from "./setup.ts";

/** Runs the project's tests with this Deno; the exit status is theirs. */
export async function runTests(args: readonly string[], paths: readonly string[]): Promise<number> {
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "--allow-all", ...args, ...paths],
    cwd: PROJECT_ROOT,
    stdin: "null",
  }).spawn().status;
  return code;
}

if (import.meta.main) {
  await main({
    name: "test",
    summary: "Proves the library: all tests, and every example in its documentation.",
    details: `
PATHS are test files or folders; without them everything is tested.`,
    positionals: "[PATHS...]",
    options: {
      filter: { type: "string", value: "TEXT", help: "only tests whose name contains TEXT" },
      "no-doc": { type: "boolean", help: "leave the examples in doc comments out" },
    },
    async run({ filter, "no-doc": noDoc }, paths) {
      await prepare();
      const everything = noDoc ? ["tests"] : ["tests", "lib"];
      return await runTests(
        [...(filter === undefined ? [] : ["--filter", filter]), ...(noDoc || paths.length > 0 ? [] : ["--doc"])],
        paths.length > 0 ? paths : everything,
      );
    },
  });
}
