import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { onTensorFlow } from "./open_test_engine.ts";

const ROWS = 6_250_000, DIM = 16;
const MB = 1e6;
const NEEDED = 6e9;

const { available } = Deno.systemMemoryInfo();
const why = Deno.build.os !== "linux"
  ? "peaks of memory are read from /proc, which is Linux's"
  : available < NEEDED
  ? `wanted ${NEEDED / 1e9} GB of free memory, there are ${(available / 1e9).toFixed(1)}`
  : undefined;
if (onTensorFlow && why) console.warn(`The test of a table of 10^8 parameters is SKIPPED: ${why}.`);

interface Outcome {
  /** Resident bytes: before the table was made, the highest until it was trained, and until its state was read. */
  readonly before: number;
  readonly trained: number;
  readonly read: number;
  readonly parameters: number;
  readonly touched: number;
  readonly changed: number;
  readonly wrong: number;
}

Deno.test({
  name: "tables of 10^8 parameters start, train and are read with no copy of themselves beside them",
  ignore: !onTensorFlow || why !== undefined,
  async fn() {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-A",
        "--no-check",
        fileURLToPath(new URL("./large_table_process.ts", import.meta.url)),
        String(ROWS),
      ],
      env: { RECSCALE_BACKEND: "tensorflow", NO_COLOR: "1" },
    }).output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    const { before, trained, read, parameters, touched, changed, wrong }: Outcome = JSON.parse(
      new TextDecoder().decode(stdout),
    );
    assert.equal(parameters, 1e8);
    assert.deepEqual({ changed, wrong }, { changed: touched, wrong: 0 }, "rows of the batches changed, no others did");

    const state = 4 * ROWS * (DIM + 1); // weights and one accumulator a row
    const finder = 4 * ROWS * 2; // the stamps by which the distinct ids of a batch are found
    const slack = 150 * MB; // a chunk, and what JavaScript has not collected yet; a second copy of the weights would be 400 MB
    const grown = (to: number) =>
      `grew by ${((to - before) / MB).toFixed(0)} MB for ${(state / MB).toFixed(0)} MB of state`;
    assert.ok(trained - before > state, `the table is there: the process ${grown(trained)}`);
    assert.ok(trained - before < state + finder + slack, `until it was trained the process ${grown(trained)}`);
    // what `read` gives is a copy, and the only one
    assert.ok(read - before < 2 * state + finder + slack, `until the state was read the process ${grown(read)}`);
  },
});
