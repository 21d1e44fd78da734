import assert from "node:assert/strict";
import { checkNotebook, checkNotebooks } from "../../lib/notebook/check_cells.ts";
import type { Notebook } from "../../lib/notebook/notebook_file.ts";
import { codeNotebook } from "./code_notebook.ts";

async function inProject(
  notebooks: Record<string, Notebook>,
  work: (paths: string[], folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/deno.json`, `{ "imports": { "answer": "./answer.ts" } }`);
    await Deno.writeTextFile(`${folder}/answer.ts`, "export const answer: number = 42;\n");
    await Deno.mkdir(`${folder}/notebooks`);
    const paths = Object.keys(notebooks).map((name) => `${folder}/notebooks/${name}.ipynb`);
    for (const [i, notebook] of Object.values(notebooks).entries()) {
      await Deno.writeTextFile(paths[i], JSON.stringify(notebook));
    }
    await work(paths, folder);
    const left = (await Array.fromAsync(Deno.readDir(`${folder}/notebooks`))).map(({ name }) => name);
    assert.deepEqual(left.filter((name) => !name.endsWith(".ipynb")), [], "nothing is left beside the notebooks");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function withTitle(notebook: Notebook): Notebook {
  notebook.cells.unshift({ cell_type: "markdown", id: "title", metadata: {}, source: "# const x: nonsense" });
  return notebook;
}

Deno.test("a planted type error and a planted lint finding are found at their cell, line and column", async () => {
  const notebook = withTitle(codeNotebook(
    `import { answer } from "answer";\nconst half = answer / 2`,
    `const shown = half * 2;\nconst wrong: string = shown;`,
    `let never = 1; console.log(never, wrong)`,
  ));
  await inProject({ planted: notebook }, async ([path]) => {
    assert.deepEqual(await checkNotebook(path), [
      "planted.ipynb cell 2 (a1) 2:7 TS2322 Type 'number' is not assignable to type 'string'.",
      "planted.ipynb cell 3 (a2) 1:5 prefer-const \`never\` is never reassigned",
    ]);
  });
});

Deno.test("clean notebooks have no findings: top-level await, unused names, bare last values are fine", async () => {
  const clean = codeNotebook(
    `import { answer } from "answer"\nconst unused = 1`,
    `const doubled = await Promise.resolve(answer * 2)\ndoubled`,
    `doubled.toFixed(2)`,
  );
  await inProject({ clean, empty: codeNotebook() }, async (paths) => {
    assert.deepEqual(await checkNotebooks(paths), []);
  });
});

Deno.test("syntax errors, redeclared names and missing imports are found, and one broken notebook hides no other", async () => {
  await inProject({
    syntax: codeNotebook("1", "const = 3"),
    twice: codeNotebook("const a = 1", "const b = 2; const a = b"),
    missing: codeNotebook(`import { x } from "nonesuch"; x`),
  }, async (paths) => {
    const found = await checkNotebooks(paths);
    const starts = [
      /^syntax\.ipynb cell 1 \(a1\) 1:7 /,
      /^twice\.ipynb cell 0 \(a0\) 1:7 TS2451 /,
      /^twice\.ipynb cell 1 \(a1\) 1:20 TS2451 /,
      /^missing\.ipynb cell 0 \(a0\) 1:19 TS2307 /,
    ];
    assert.equal(found.length, starts.length, found.join("\n"));
    for (const start of starts) assert.ok(found.some((line) => start.test(line)), `${start} in\n${found.join("\n")}`);
  });
});
