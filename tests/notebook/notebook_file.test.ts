import assert from "node:assert/strict";
import { readNotebook, splitLines, writeNotebook } from "../../lib/notebook/notebook_file.ts";

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a notebook is written as Jupyter writes it: sorted keys, one space, newline at the end, nothing left beside", async () => {
  await inFolder(async (folder) => {
    await writeNotebook(`${folder}/a.ipynb`, {
      nbformat: 4,
      nbformat_minor: 5,
      metadata: { z: 1, a: { y: [1], b: "ü" } },
      cells: [{ source: ["1\n", "2"], cell_type: "raw", metadata: {}, id: "x" }],
    });
    const text = await Deno.readTextFile(`${folder}/a.ipynb`);
    // what `json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False)` of Python gives, which nbformat uses
    assert.equal(
      text,
      `{
 "cells": [
  {
   "cell_type": "raw",
   "id": "x",
   "metadata": {},
   "source": [
    "1\\n",
    "2"
   ]
  }
 ],
 "metadata": {
  "a": {
   "b": "ü",
   "y": [
    1
   ]
  },
  "z": 1
 },
 "nbformat": 4,
 "nbformat_minor": 5
}
`,
    );
    assert.equal((await readNotebook(`${folder}/a.ipynb`)).cells[0].id, "x");
    assert.deepEqual((await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name), ["a.ipynb"]);
  });
});

Deno.test("a failed write leaves the old notebook and nothing else", async () => {
  await inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/a.ipynb`); // a folder in the way: the rename fails
    const notebook = { cells: [], metadata: {}, nbformat: 4, nbformat_minor: 5 };
    await assert.rejects(() => writeNotebook(`${folder}/a.ipynb`, notebook));
    assert.deepEqual((await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name), ["a.ipynb"]);
  });
});

Deno.test("what is no notebook of format 4 is refused with the file's name and what came", async () => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/old.ipynb`, `{"nbformat": 3, "worksheets": []}`);
    await assert.rejects(
      () => readNotebook(`${folder}/old.ipynb`),
      /old\.ipynb as a notebook: nbformat is 3, wanted 4/,
    );
    await Deno.writeTextFile(`${folder}/bad.ipynb`, `{"nbformat": 4,`);
    await assert.rejects(() => readNotebook(`${folder}/bad.ipynb`), /bad\.ipynb as a notebook: .*JSON/);
  });
});

Deno.test("splitLines keeps line ends and joins back to the text", () => {
  for (const [text, lines] of [["", []], ["a", ["a"]], ["a\n", ["a\n"]], ["a\n\nb", ["a\n", "\n", "b"]]] as const) {
    assert.deepEqual(splitLines(text), lines);
  }
});
