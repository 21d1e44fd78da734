import assert from "node:assert/strict";
import { type NotebookLine, notebookProgress } from "../../lib/notebook/progress.ts";
import { noProgress } from "../../lib/engine/progress.ts";

/** A line that keeps what it showed, on a clock the test turns; each showing ends when the test says so. */
function recorder() {
  const texts: string[] = [];
  const waiting: (() => void)[] = [];
  let ms = 0;
  const line: NotebookLine = {
    show(text) {
      texts.push(text);
      return new Promise((resolve) => waiting.push(resolve));
    },
    now: () => ms,
  };
  const sent = async () => {
    while (waiting.length > 0) {
      waiting.shift()!();
      await Promise.resolve().then(() => {}).then(() => {});
    }
  };
  return { line, texts, sent, at: (time: number) => ms = time };
}

Deno.test("outside a notebook notebookProgress shows nothing", () => {
  assert.equal(notebookProgress("training"), noProgress);
});

Deno.test("progress is drawn at most four times a second, and the end always", async () => {
  const { line, texts, sent, at } = recorder();
  const progress = notebookProgress("training", line);
  for (let ms = 0; ms < 10_000; ms += 10) {
    at(ms);
    progress.update(ms, 10_000);
    await sent();
  }
  assert.equal(texts.length, 40);
  progress.finish();
  await sent();
  assert.equal(texts.length, 41);
});

Deno.test("the line has a bar, percent, the note and the time left; the last one says how long it took", async () => {
  const { line, texts, sent, at } = recorder();
  const progress = notebookProgress("training", line);
  at(30_000);
  progress.update(2500, 10_000, "NE 0.8123");
  await sent();
  at(185_000);
  progress.update(10_000, 10_000, "NE 0.8000");
  await sent();
  progress.finish();
  await sent();
  assert.deepEqual(texts, [
    "training █████░░░░░░░░░░░░░░░ 25% · NE 0.8123 · 1:30 min left",
    "training ████████████████████ 100% · NE 0.8000",
    "training: 10,000 in 3:05 min · NE 0.8000",
  ]);
});

Deno.test("texts are sent one after the other, and what came meanwhile is overtaken by the last", async () => {
  const { line, texts, sent, at } = recorder();
  const progress = notebookProgress("training", line);
  for (const second of [0, 1, 2, 3]) {
    at(second * 1000);
    progress.update(second, 4);
  }
  progress.finish("done");
  assert.equal(texts.length, 1, "the first is still on its way");
  await sent();
  assert.equal(texts.length, 2);
  assert.equal(texts[1], "training: 3 in 3.0 s · done");
});

Deno.test("a line that cannot be shown does not stop the work", async () => {
  let tries = 0;
  const progress = notebookProgress("training", {
    show: () => Promise.reject(new Error(`the kernel is gone (${++tries})`)),
    now: () => tries * 1000,
  });
  progress.update(1, 2);
  await new Promise((resolve) => setTimeout(resolve, 0));
  progress.finish();
  await new Promise((resolve) => setTimeout(resolve, 0));
  assert.equal(tries, 2);
});

Deno.test("work of unknown length is counted, not divided by zero", async () => {
  const { line, texts, sent, at } = recorder();
  const progress = notebookProgress("reading", line);
  at(500);
  progress.update(7, 0);
  await sent();
  progress.finish();
  await sent();
  assert.deepEqual(texts, ["reading: 7", "reading: 7 in 0.5 s"]);
});
