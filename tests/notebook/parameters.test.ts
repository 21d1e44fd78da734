import assert from "node:assert/strict";
import type { Notebook } from "../../lib/notebook/notebook_file.ts";
import { withParameters } from "../../lib/notebook/parameters.ts";
import { runNotebook } from "../../lib/notebook/run_notebook.ts";
import { brief, codeNotebook } from "./code_notebook.ts";

/** A notebook whose second cell declares parameters and whose third shows them. */
function notebook(declarations: string): Notebook {
  const made = codeNotebook(`"before"`, declarations, "`${seeds} ${name} ${list}`");
  made.cells[1].metadata.tags = ["parameters"];
  return made;
}
const declarations = `let seeds: number = 8, name = "default"; // how many\nlet list = [1];`;

Deno.test("parameters replace the defaults of the tagged cell, and the others keep theirs", async () => {
  const run = await runNotebook(notebook(declarations), { parameters: { seeds: 2, list: [4, 5] } });
  assert.equal(run.ok, true);
  assert.deepEqual(brief(run.notebook.cells[3].outputs), [`result:"2 default 4,5"`]);
  assert.deepEqual(run.notebook.cells[2].metadata.tags, ["injected-parameters"]);
});

Deno.test("texts with quotes, line ends and code in them arrive as they are", async () => {
  const name = 'a "b"\n${1 + 1}`; throw 1';
  const run = await runNotebook(notebook(declarations), { parameters: { name } });
  assert.match(brief(run.notebook.cells[3].outputs)[0], /a "b"/);
  assert.equal(run.ok, true);
});

Deno.test("setting parameters again replaces what was injected before, and none removes it", () => {
  const once = withParameters(notebook(declarations), { seeds: 2 });
  const twice = withParameters(once, { seeds: 3 });
  assert.equal(twice.cells.length, 4);
  assert.equal(twice.cells[2].source, "seeds = 3;");
  assert.deepEqual(withParameters(twice, {}), notebook(declarations));
});

Deno.test("a parameter that is not declared with let is refused with the nearest name", () => {
  assert.throws(() => withParameters(notebook(declarations), { seed: 2 }), {
    message: 'Cannot set seed: the cell tagged "parameters" declares no such name with let (did you mean seeds?). ' +
      "It declares seeds, name, list.",
  });
  assert.throws(() => withParameters(notebook("const seeds = 8;"), { seeds: 2 }), /It declares none/);
});

Deno.test("a notebook without a tagged cell is refused", () => {
  assert.throws(() => withParameters(codeNotebook("1"), { seeds: 2 }), /has no code cell tagged "parameters"/);
});
