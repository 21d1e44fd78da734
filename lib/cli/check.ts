import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkNotebooks } from "../notebook/check_cells.ts";
import { main } from "./command.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Type-checks folders of the project with `deno check`, which prints what it finds. */
async function checkFolders(folders: readonly string[]): Promise<boolean> {
  const command = new Deno.Command(Deno.execPath(), { args: ["check", "--quiet", ...folders], cwd: root });
  return (await command.spawn().status).success;
}

async function notebooksOfProject(): Promise<string[]> {
  const folder = join(root, "notebooks");
  const entries = await Array.fromAsync(Deno.readDir(folder));
  return entries.filter(({ name }) => name.endsWith(".ipynb")).map(({ name }) => join(folder, name)).sort();
}

if (import.meta.main) {
  await main({
    name: "check",
    summary: "Type-checks the library, the tests and the cells of the notebooks.",
    details: `
Deno's kernel never checks the types of a cell; this does, with Deno's linter besides. All cells of a notebook count as one
module in their order, so a name declared in two cells is a finding. Each finding names notebook, cell (from 0), cell id,
line and column.

With notebooks given, only their cells are checked.`,
    positionals: "[NOTEBOOK...]",
    options: {},
    async run(_values, notebooks) {
      const typed = notebooks.length > 0 || await checkFolders(["lib", "tests"]);
      const findings = await checkNotebooks(notebooks.length > 0 ? notebooks : await notebooksOfProject());
      for (const finding of findings) console.error(finding);
      return typed && findings.length === 0 ? 0 : 1;
    },
  });
}
