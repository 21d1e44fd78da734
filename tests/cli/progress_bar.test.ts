import assert from "node:assert/strict";
import { terminalProgress } from "../../lib/cli/progress_bar.ts";

/** A terminal or file of 60 columns whose clock the test turns. */
function fakeOutput(redraws: boolean) {
  const state = { time: 0, text: "" };
  return {
    state,
    redraws,
    write: (text: string) => void (state.text += text),
    columns: () => 60,
    now: () => state.time,
  };
}

Deno.test("terminalProgress writes a plain line at most every 10 s into a file, and one at the end", () => {
  const output = fakeOutput(false);
  const progress = terminalProgress("Training", output);
  for (let second = 0; second <= 25; second++) {
    output.state.time = second * 1000;
    progress.update(second * 100, 10_000);
  }
  progress.update(10_000, 10_000);
  progress.finish("NE 0.812");
  assert.equal(
    output.state.text,
    "Training: 10%  100/s  1 min 30 s left\nTraining: 20%  100/s  1 min 20 s left\nTraining: done in 25 s, NE 0.812\n",
  );
});

Deno.test("terminalProgress draws one line over and over in a terminal, at most ten times a second", () => {
  const output = fakeOutput(true);
  const progress = terminalProgress("Fetching", output);
  for (let i = 0; i <= 100; i++) {
    output.state.time = i * 10;
    progress.update(i, 200, "12 MB");
  }
  const drawings = output.state.text.split("\r").slice(1);
  assert.equal(drawings.length, 11);
  assert.equal(drawings.at(-1), "Fetching ████████████░░░░░░░░░░░░  50%  12 MB  1.0 s left\x1b[K");
  progress.finish();
  assert.ok(output.state.text.endsWith("\rFetching: stopped at 50% after 1.0 s, 12 MB\x1b[K\n"));
});

Deno.test("terminalProgress never draws a line wider than the terminal", () => {
  const output = fakeOutput(true);
  terminalProgress("A label that is itself rather long", output).update(1, 2, "a note that is long as well");
  assert.equal(output.state.text.replace("\r", "").replace("\x1b[K", "").length, 59);
});

Deno.test("terminalProgress starts a new estimate when the work enters another stage", () => {
  const output = fakeOutput(false);
  const progress = terminalProgress("Fetching", output);
  progress.update(0, 100);
  output.state.time = 20_000;
  progress.update(100, 100);
  progress.update(0, 1000);
  output.state.time = 40_000;
  progress.update(500, 1000);
  assert.equal(output.state.text.split("\n")[1], "Fetching: 50%  25/s  20 s left");
});

Deno.test("terminalProgress counts when the total is not known", () => {
  const output = fakeOutput(false);
  const progress = terminalProgress("Reading", output);
  progress.update(0, 0);
  output.state.time = 10_000;
  progress.update(12_345_678, 0);
  progress.finish();
  assert.equal(output.state.text, "Reading: 12.3M  1.23M/s\nReading: done in 10 s\n");
});

Deno.test("terminalProgress writes plain lines to stderr when that is no terminal", async () => {
  const module = new URL("../../lib/cli/progress_bar.ts", import.meta.url);
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      `import { terminalProgress } from ${JSON.stringify(module.href)};
       const p = terminalProgress("Work"); p.update(1, 2); p.update(2, 2); p.finish("well");`,
    ],
  }).output();
  assert.equal(new TextDecoder().decode(stdout), "");
  assert.match(new TextDecoder().decode(stderr), /^Work: done in \d\.\d s, well\n$/);
});
