import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { recordFile, shippedRecords } from "../../lib/experiments/record_store.ts";
import type { RunRecord } from "../../lib/experiments/run_record.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

async function runs(folder: string, ...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--no-check", join(root, "lib", "cli", "runs.ts"), ...args],
    cwd: root,
    env: { NO_COLOR: "1", RECSCALE_RUNS: folder },
  }).output();
  return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
}

/** A folder with records of two models and four seeds: NE of B is 1 % below that of A, give or take. */
async function withRecords(work: (folder: string, records: RunRecord[]) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    const [example] = (await shippedRecords(join(root, "data", "records"))).filter(({ model, result }) =>
      model === "DLRM" && result.tests.length === 0
    );
    const records = ["A", "B"].flatMap((model) =>
      [1, 2, 3, 4].map((seed): RunRecord => ({
        ...example,
        id: `${model === "A" ? "aaaa" : "bbbb"}00000000000${seed}`,
        model,
        config: { ...example.config, seed },
        result: {
          ...example.result,
          progressive: { ...example.result.progressive, ne: model === "A" ? 0.8 : 0.8 * (0.99 + 0.001 * (seed - 2.5)) },
        },
      }))
    );
    const store = recordFile(join(folder, "runs.jsonl"));
    for (const record of records) await store.append(record);
    await work(folder, records);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("runs list shows the runs that fit, and only those", () =>
  withRecords(async (folder) => {
    const all = (await runs(folder, "list")).stdout;
    assert.equal(all.match(/^(aaaa|bbbb)/gm)?.length, 8);
    const few = (await runs(folder, "list", "--model", "b", "--seed", "3")).stdout;
    assert.deepEqual(few.match(/^(aaaa|bbbb)\d+/gm), ["bbbb000000000003"]);
    assert.equal((await runs(folder, "list", "--data", "nothing such")).stdout, "No runs.\n");
  }));

Deno.test("runs compare gives the paired difference of two models with its interval", () =>
  withRecords(async (folder) => {
    const { stdout, code } = await runs(folder, "compare", "B", "A");
    // differences in percent: -1.15, -1.05, -0.95, -0.85: mean -1, standard error 0.1291 / 2, t of 3 degrees 3.1824
    assert.match(stdout, /B minus A: -1\.00 % \[-1\.21, -0\.79\] \(n = 4\), p = 0\.0006/);
    assert.equal(code, 0);
    const nobody = await runs(folder, "compare", "A", "Z");
    assert.match(nobody.stderr, /No run of "A" \(4 runs\) has a partner of "Z" \(0 runs\).*The models are: A, B\./s);
    assert.equal(nobody.code, 1);
  }));

Deno.test("runs query answers SQL, and says what there is to ask when the SQL is wrong", () =>
  withRecords(async (folder, records) => {
    const { stdout } = await runs(
      folder,
      "query",
      "SELECT model, count(*) AS n, min(config->>'$.training.batchSize') AS batch FROM runs GROUP BY model ORDER BY model",
    );
    assert.match(stdout, /A +4 +128\nB +4 +128/);
    const windows = await runs(folder, "query", "SELECT count(*) AS n FROM windows");
    assert.match(windows.stdout, new RegExp(`\\b${8 * records[0].result.windows.length}\\b`));
    const wrong = await runs(folder, "query", "SELECT nee FROM runs");
    assert.match(wrong.stderr, /Cannot answer "SELECT nee FROM runs".*nee.*Table runs has id, model/s);
  }));

Deno.test("runs export writes what was recorded, as JSON whole and as CSV by columns", () =>
  withRecords(async (folder, records) => {
    const json = join(folder, "out.json"), csv = join(folder, "out.csv");
    await runs(folder, "export", "--model", "A", "--out", json);
    assert.deepEqual(JSON.parse(await Deno.readTextFile(json)), JSON.parse(JSON.stringify(records.slice(0, 4))));
    await runs(folder, "export", "--out", csv);
    const [header, first] = (await Deno.readTextFile(csv)).split("\n");
    assert.match(header, /^id,model,data,seed,/);
    assert.match(first, /^aaaa000000000001,A,/);
    assert.match(
      (await runs(folder, "export", "--out", "x.xls")).stderr,
      /ends in \.csv, \.json or \.jsonl; got ".*x\.xls"/,
    );
  }));

Deno.test("runs plot writes the mean and range of each model's windows", () =>
  withRecords(async (folder, records) => {
    const out = join(folder, "curves.csv");
    assert.equal((await runs(folder, "plot", "--out", out)).code, 0);
    const lines = (await Deno.readTextFile(out)).trim().split("\n");
    assert.equal(lines.length, 1 + 2 * records[0].result.windows.length);
    const { to, ne } = records[0].result.windows[0];
    assert.equal(lines[1], `1,A,${to},${ne},${ne},${ne}`);
    assert.match((await runs(folder, "plot", "--model", "Z", "--out", out)).stderr, /no run fits the filter/);
  }));

Deno.test("runs prune drops nothing without --yes, and then what was named or superseded", () =>
  withRecords(async (folder, records) => {
    const store = recordFile(join(folder, "runs.jsonl"));
    const again = { ...records[0], origin: { ...records[0].origin, finishedAt: "2099-01-01T00:00:00.000Z" } };
    await store.append(again);
    const asked = await runs(folder, "prune", "--superseded");
    assert.match(asked.stderr, /Would drop 1 of 9 records.*--yes/);
    assert.equal(asked.code, 1);
    assert.equal((await store.all()).length, 9);
    await runs(folder, "prune", "--superseded", "--yes");
    assert.equal((await store.all()).length, 8);
    assert.equal((await store.find(records[0].id))?.origin.finishedAt, again.origin.finishedAt);
    assert.match((await runs(folder, "prune", "bbbb", "--yes")).stdout, /Dropped 4 of 8 records/);
    assert.deepEqual(new Set((await store.all()).map(({ model }) => model)), new Set(["A"]));
    assert.match((await runs(folder, "prune", "b", "--yes")).stderr, /at least four digits of an id, got "b"/);
    assert.match((await runs(folder, "prune")).stderr, /wants ids of runs, or --superseded/);
  }));

Deno.test("runs refuses what it does not know", () =>
  withRecords(async (folder) => {
    assert.match((await runs(folder, "lst")).stderr, /no action "lst": wanted one of list, compare/);
    assert.match((await runs(folder, "compare", "A")).stderr, /compare wants 2 arguments, got 1/);
    assert.equal((await runs(folder, "list", "--seed", "x")).code, 2);
  }));
