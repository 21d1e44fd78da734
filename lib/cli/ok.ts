import { PROJECT_ROOT } from "../experiments/study.ts";
import { main } from "./command.ts";

/** What must be green before a change lands, in order: the quick ones first. */
const STEPS: readonly (readonly string[])[] = [
  ["fmt", "--check"],
  ["lint"],
  ["task", "check"],
  ["task", "test"],
];

if (import.meta.main) {
  await main({
    name: "ok",
    summary: "The one gate: format, lint, types of the library and of notebook cells, tests, examples.",
    options: {},
    async run() {
      for (const args of STEPS) {
        console.log(`\ndeno ${args.join(" ")}`);
        const { code } = await new Deno.Command(Deno.execPath(), { args: [...args], cwd: PROJECT_ROOT }).spawn().status;
        if (code !== 0) {
          console.error(`\nNot ok: deno ${args.join(" ")} failed.`);
          return code;
        }
      }
      console.log("\nAll ok.");
    },
  });
}
