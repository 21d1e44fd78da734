import assert from "node:assert/strict";
import type { CellOutput, Notebook } from "../../lib/notebook/notebook_file.ts";
import { type CellEvent, runNotebook } from "../../lib/notebook/run_notebook.ts";
import { brief, codeNotebook, htmlObject } from "./code_notebook.ts";

const interruptModule = JSON.stringify(import.meta.resolve("../../lib/notebook/interrupt.ts"));

function outputs(notebook: Notebook): string[][] {
  return notebook.cells.map((cell) => brief(cell.outputs));
}

/** Each kind of output a cell can make: its source and the outputs that it must have. */
function kindsOfCell(i: number): [source: string, expected: string[]] {
  const burst = Array.from({ length: 60 }, (_, j) => `burst ${i} ${j}\n`).join("");
  const kinds: [string, string[]][] = [
    [`${i} + 1000`, [`result:${i + 1000}`]],
    [`console.log("log ${i}"); "v${i}"`, [`stdout:log ${i}\n`, `result:"v${i}"`]],
    [`console.error("err ${i}")`, [`stderr:err ${i}\n`]],
    [`for (let j = 0; j < 60; j++) console.log("burst ${i}", j)`, [`stdout:${burst}`]],
    [`await Deno.jupyter.display(${htmlObject(`d${i}`)})`, [`display:d${i}`]],
    [
      `for (let j = 0; j < 12; j++) await Deno.jupyter.display(${htmlObject(`m${i}`)}); ({ n: ${i} })`,
      [...Array(12).fill(`display:m${i}`), `result:{ n: ${i} }`],
    ],
    [`throw new TypeError("boo ${i}")`, [`error:TypeError: boo ${i}`]],
    [`await new Promise((r) => setTimeout(r, 3)); ${i}`, [`result:${i}`]],
    [`for (let j = 0; j < 5; j++) Deno.jupyter.display(${htmlObject(`u${i}`)}); 0`, [
      ...Array(5).fill(`display:u${i}`),
      "result:0",
    ]],
  ];
  return kinds[i % kinds.length];
}

Deno.test("every one of several hundred outputs ends up in its own cell, in order", async () => {
  const cells = Array.from({ length: 90 }, (_, i) => kindsOfCell(i));
  const expected = cells.map(([, outputs]) => outputs);
  assert.ok(expected.flat().length >= 200);
  const run = await runNotebook(codeNotebook(...cells.map(([source]) => source)), { stopOnError: false });
  assert.deepEqual(outputs(run.notebook), expected);
  assert.equal(run.cells.length, 90);
});

Deno.test("a cell that prints megabytes keeps every byte", async () => {
  const run = await runNotebook(codeNotebook(
    `for (let i = 0; i < 40; i++) console.log(String(i % 10).repeat(100_000)); console.log("x".repeat(3_000_000))`,
    `"next"`,
  ));
  const [printed] = run.notebook.cells[0].outputs as Extract<CellOutput, { output_type: "stream" }>[];
  const lines = printed.text as string[];
  assert.deepEqual(lines.map((line) => `${line[0]} ${line.length}`), [
    ...Array.from({ length: 40 }, (_, i) => `${i % 10} 100001`),
    "x 3000001",
  ]);
  assert.deepEqual(brief(run.notebook.cells[1].outputs), [`result:"next"`]);
});

Deno.test("an error stops the run, names its cell and keeps the outputs so far", async () => {
  const notebook = codeNotebook(`console.log("one")`, `console.log("two"); throw new RangeError("too far")`, `"never"`);
  notebook.cells.unshift({ cell_type: "markdown", id: "title", metadata: {}, source: "# Title" });
  const before = structuredClone(notebook);
  const run = await runNotebook(notebook);
  assert.equal(run.ok, false);
  assert.deepEqual([run.error?.cell, run.error?.ename, run.error?.evalue], [2, "RangeError", "too far"]);
  assert.match(run.error!.traceback.join("\n"), /RangeError: too far/);
  assert.deepEqual(outputs(run.notebook), [[], ["stdout:one\n"], ["stdout:two\n", "error:RangeError: too far"], []]);
  assert.deepEqual(run.notebook.cells.map((cell) => cell.execution_count), [undefined, 1, 2, null]);
  assert.deepEqual(notebook, before, "the notebook given is left as it is");
});

Deno.test("with stopOnError false, and in cells tagged raises-exception, the run goes on after an error", async () => {
  const notebook = codeNotebook(`throw new Error("expected")`, `let kept = 5; throw new Error("first")`, `kept`);
  notebook.cells[0].metadata.tags = ["raises-exception"];
  const run = await runNotebook(notebook, { stopOnError: false });
  assert.deepEqual(outputs(run.notebook), [["error:Error: expected"], ["error:Error: first"], ["result:5"]]);
  assert.deepEqual([run.error?.cell, run.error?.evalue], [1, "first"]);
});

Deno.test("two runs of a notebook give the same notebook, in format 4.5 with ids and without colours", async () => {
  const notebook = codeNotebook(
    `console.log("%cblue", "color: blue", 7, "\\x1b[31mred\\x1b[0m"); [1, "a", null]`,
    `({ a: 1 })`,
  );
  for (const cell of notebook.cells) delete cell.id;
  notebook.nbformat_minor = 4;
  notebook.cells[0].metadata.execution = { "iopub.execute_input": "2020-01-01T00:00:00Z" };
  const [first, second] = [await runNotebook(notebook), await runNotebook(notebook)];
  assert.deepEqual(first.notebook, second.notebook);
  assert.deepEqual(first.notebook.cells.map((cell) => cell.id), ["cell-0", "cell-1"]);
  assert.deepEqual(first.notebook.cells[0].metadata, {});
  assert.deepEqual([first.notebook.nbformat, first.notebook.nbformat_minor], [4, 5]);
  assert.doesNotMatch(JSON.stringify(first.notebook), /\\u001b/);
  assert.equal((first.notebook.metadata.kernelspec as { name: string }).name, "recscale");
  assert.equal((first.notebook.metadata.language_info as { name: string }).name, "typescript");
});

Deno.test("a display is updated in place by a later cell, and clear_output clears", async () => {
  const run = await runNotebook(codeNotebook(
    `await Deno.jupyter.display(${htmlObject("old")}, { display_id: "k" })`,
    `await Deno.jupyter.display(${htmlObject("new")}, { display_id: "k", update: true })`,
    `await Deno.jupyter.display(${
      htmlObject("a")
    }); await Deno.jupyter.broadcast("clear_output", { wait: false }); "b"`,
  ));
  assert.deepEqual(outputs(run.notebook), [["display:new"], [], [`result:"b"`]]);
});

Deno.test("an error thrown in a timer and a rejected promise are printed, and the kernel lives on", async () => {
  const run = await runNotebook(codeNotebook(
    `setTimeout(() => { throw new Error("in a timer") }, 5); await new Promise((r) => setTimeout(r, 40)); 1`,
    `Promise.reject(new Error("nobody awaits me")); await new Promise((r) => setTimeout(r, 20)); 2`,
    `3`,
  ));
  assert.equal(run.ok, true);
  const [timer, rejection, last] = outputs(run.notebook);
  assert.match(timer[0], /^stderr:Uncaught error .*Error: in a timer/);
  assert.equal(timer[1], "result:1");
  assert.match(rejection[0], /^stderr:Unhandled rejection .*Error: nobody awaits me/);
  assert.equal(rejection[1], "result:2");
  assert.deepEqual(last, ["result:3"]);
});

Deno.test("cells that replace console.log or leave a console.group open do not disturb the runner", async () => {
  const run = await runNotebook(codeNotebook(
    `console.group("outer"); console.log("inner")`,
    `console.groupEnd(); console.log = () => {}; console.error = () => {}; 1`,
    `console.info("still here")`,
  ));
  assert.deepEqual(outputs(run.notebook), [["stdout:outer\n  inner\n"], ["result:1"], ["stdout:still here\n"]]);
});

Deno.test("a kernel that dies is an error at its cell, with its exit code and the outputs so far", async () => {
  const run = await runNotebook(codeNotebook(
    `console.log("before")`,
    `console.log("just before"); await new Promise((r) => setTimeout(r, 100)); Deno.exit(3)`,
    `"never"`,
  ));
  assert.deepEqual([run.ok, run.error?.cell, run.error?.ename], [false, 1, "KernelDied"]);
  assert.match(run.error!.evalue, /exit code 3/);
  const [first, second, third] = outputs(run.notebook);
  assert.deepEqual(first, ["stdout:before\n"]);
  assert.equal(second[0], "stdout:just before\n");
  assert.match(second[1], /^error:KernelDied: .*exit code 3/);
  assert.deepEqual(third, []);
});

Deno.test("a kernel that runs out of memory says so in its last words", async () => {
  let printed = "";
  const run = await runNotebook(
    codeNotebook(`const hoard = []; while (true) hoard.push(new Array(100_000).fill("x"))`),
    {
      env: { DENO_V8_FLAGS: "--max-old-space-size=60" },
      onProcessOutput: (text) => printed += text,
    },
  );
  assert.equal(run.error?.ename, "KernelDied");
  assert.match(run.error!.evalue, /out of memory/i);
  assert.match(printed, /out of memory/i);
});

Deno.test("a cell over its time is interrupted and shown as an error; with stopOnError false the state survives", async () => {
  const run = await runNotebook(codeNotebook(`let z = 5; "set"`, `while (true) {}`, `z`), {
    cellTimeoutSeconds: 0.7,
    stopOnError: false,
  });
  assert.deepEqual([run.error?.cell, run.error?.ename], [1, "CellTimeout"]);
  assert.deepEqual(outputs(run.notebook), [
    [`result:"set"`],
    ["error:Interrupted: the cell was interrupted"],
    ["result:5"],
  ]);
});

Deno.test("a cell over its time that awaits for ever costs the kernel, not the outputs", async () => {
  const run = await runNotebook(codeNotebook(`console.log("waiting"); await new Promise(() => {})`, `"never"`), {
    cellTimeoutSeconds: 0.5,
    graceSeconds: 0.3,
    stopOnError: false,
  });
  assert.deepEqual([run.error?.cell, run.error?.ename], [0, "CellTimeout"]);
  assert.match(run.error!.evalue, /did not end within 0\.5 s; .* 0\.3 s of grace, so its kernel was killed/);
  const [first, second] = outputs(run.notebook);
  assert.equal(first[0], "stdout:waiting\n");
  assert.match(first[1], /^error:CellTimeout/);
  assert.deepEqual(second, []);
});

Deno.test("an abort reaches a cell that listens to interruptSignal, which ends in good order", async () => {
  const stop = new AbortController();
  const notebook = codeNotebook(
    `const { interruptSignal } = await import(${interruptModule})`,
    `const signal = interruptSignal(); console.log("training");
     await new Promise((resolve) => signal.addEventListener("abort", resolve));
     console.log("checkpoint written", signal.reason.name)`,
    `"never"`,
  );
  const run = await runNotebook(notebook, {
    signal: stop.signal,
    onCell: ({ index, state }) => {
      if (index === 1 && state === "started") setTimeout(() => stop.abort(new Error("Ctrl-C")), 300);
    },
  });
  assert.deepEqual([run.ok, run.error?.cell, run.error?.ename], [false, 1, "Interrupted"]);
  const [, cell, next] = outputs(run.notebook);
  assert.equal(cell[0], "stdout:training\ncheckpoint written Interrupted\n");
  assert.match(cell[1], /^error:Interrupted: the run was stopped \(Ctrl-C\)/);
  assert.deepEqual(next, []);
});

Deno.test("a run that is aborted before its start gives the notebook back without outputs", async () => {
  const run = await runNotebook(codeNotebook("1"), { signal: AbortSignal.abort(new Error("no time")) });
  assert.deepEqual([run.ok, run.error?.cell, run.error?.evalue], [false, -1, "no time"]);
  assert.deepEqual(outputs(run.notebook), [[]]);
});

Deno.test("onCell hears each cell start and end with its place, first line and time; env and cwd reach the cells", async () => {
  const events: CellEvent[] = [];
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/deno.json`, `{ "imports": { "answer": "./answer.ts" } }`);
    await Deno.writeTextFile(`${folder}/answer.ts`, "export const answer: number = 42;\n");
    const notebook = codeNotebook("", `import { answer } from "answer"; answer`, `Deno.env.get("RECSCALE_PROFILE")`);
    const run = await runNotebook(notebook, {
      cwd: folder,
      env: { RECSCALE_PROFILE: "quick" },
      onCell: (event) => void events.push({ ...event, notebook: structuredClone(event.notebook) }),
    });
    assert.deepEqual(outputs(run.notebook), [[], ["result:42"], [`result:"quick"`]]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  assert.deepEqual(events.map(({ state, index, ordinal, total }) => [state, index, ordinal, total]), [
    ["started", 1, 1, 2],
    ["succeeded", 1, 1, 2],
    ["started", 2, 2, 2],
    ["succeeded", 2, 2, 2],
  ]);
  assert.equal(events[0].firstLine, `import { answer } from "answer"; answer`);
  assert.ok(events[1].seconds > 0);
  assert.deepEqual(
    brief(events[1].notebook.cells[1].outputs),
    ["result:42"],
    "the notebook so far is there to be saved",
  );
});

Deno.test("a notebook outside any project knows this project's names, and runs in its own folder", async () => {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  try {
    const run = await runNotebook(
      codeNotebook(`import { cellSource } from "recscale/notebook"; typeof cellSource`, `Deno.cwd()`),
      { cwd: folder },
    );
    assert.deepEqual(outputs(run.notebook), [[`result:"function"`], [`result:${JSON.stringify(folder)}`]]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("onProgress hears each line that updates in place, and the notebook keeps the last", async () => {
  const module = JSON.stringify(import.meta.resolve("../../lib/notebook/progress.ts"));
  const heard: string[] = [];
  const run = await runNotebook(
    codeNotebook(
      `const { notebookProgress } = await import(${module});
       const progress = notebookProgress("training");
       for (const done of [1, 2, 3]) {
         progress.update(done, 3, "NE 0.7" + done);
         await new Promise((r) => setTimeout(r, 300));
       }
       progress.finish();
       await new Promise((r) => setTimeout(r, 50));`,
      `await Deno.jupyter.display(${htmlObject("no line")})`,
    ),
    { onProgress: (text) => heard.push(text) },
  );
  assert.equal(heard.length, 4);
  assert.match(heard[0], /^training .* 33% · NE 0\.71/);
  assert.match(heard[3], /^training: 3 in .* · NE 0\.73/);
  assert.deepEqual(outputs(run.notebook)[0], [`display:${heard[3]}`]);
});
