import assert from "node:assert/strict";
import { type BenchReport, runBenches } from "../../lib/cli/bench.ts";
import {
  type Bench,
  type BenchResult,
  benchText,
  criteoReader,
  dlrmStep,
  kernelStart,
  logReader,
  onePassSpeed,
  runBench,
  scalingFit,
  teacherSpeed,
} from "../../lib/cli/bench/mod.ts";

/** A bench whose contestants take the seconds that are written down here, first the round that does not count. */
function scripted(log: string[] = []): Bench & { closed: boolean } {
  const contestant = (name: string, work: string, side: string, examples: number, seconds: number[]) => ({
    name,
    work,
    side,
    examples,
    passes: 2,
    flops: 4e9,
    bound: name === "ours" ? "theirs, again" : undefined,
    round() {
      log.push(name);
      return Promise.resolve(seconds.shift()!);
    },
  });
  return {
    name: "scripted",
    summary: "times known beforehand",
    pass: "step",
    counted: "examples",
    closed: false,
    open(this: { closed: boolean }) {
      const contestants = [
        contestant("ours", "a", "us", 100, [99, 2, 4, 6]),
        contestant("theirs", "a", "them", 50, [99, 4, 4, 3]),
        contestant("theirs, again", "a", "them", 100, [99, 5, 3, 8]),
        contestant("alone", "b", "us", 100, [99, 1, 1, 1]),
      ];
      const close = () => Promise.resolve(void (this.closed = true));
      return Promise.resolve({ contestants, reference: "us", notes: ["A note."], facts: { size: 1 }, close });
    },
  };
}

Deno.test("runBench leaves the first round out and computes spreads, rates and ratios from the others", async () => {
  const { contestants: [ours, theirs, again, alone], ratios, rounds, notes, facts } = await runBench(scripted(), {
    rounds: 3,
  });
  assert.deepEqual([rounds, notes, facts], [3, ["A note."], { size: 1 }]);
  assert.deepEqual(ours.rounds, [1, 2, 3]); // two passes a round
  assert.deepEqual(ours.seconds, { min: 1, median: 2, max: 3 });
  assert.deepEqual([ours.examplesPerSecond, ours.gflops, ours.shareOfBound], [100, 4, 1.5]);
  assert.deepEqual([theirs.seconds.min, theirs.examplesPerSecond, theirs.shareOfBound], [1.5, 50 / 1.5, null]);
  assert.deepEqual([again.seconds, alone.seconds.median], [{ min: 1.5, median: 2.5, max: 4 }, 0.5]);
  // the faster per example of the two others; work "b" has nobody to be compared with
  assert.deepEqual(ratios, [{
    work: "a",
    reference: "ours",
    other: "theirs, again",
    otherSide: "them",
    best: 1.5,
    paired: { min: 1.5 / 2, median: 4 / 3, max: 2.5 },
  }]);
});

Deno.test("runBench lets all contestants take part in every round, in changing order", async () => {
  const log: string[] = [];
  await runBench(scripted(log), { rounds: 3 });
  const rounds = [0, 1, 2, 3].map((round) => log.slice(4 * round, 4 * round + 4));
  for (const round of rounds) assert.deepEqual(round.toSorted(), ["alone", "ours", "theirs", "theirs, again"]);
  assert.equal(new Set(rounds.slice(1).map((round) => round.join())).size, 3);
});

Deno.test("runBench closes what it opened when it is aborted between two turns", async () => {
  const abort = new AbortController();
  const bench = scripted();
  const progress = { update: () => abort.abort(new Error("enough")), finish() {} };
  await assert.rejects(runBench(bench, { rounds: 3, progress, signal: abort.signal }), { message: "enough" });
  assert.equal(bench.closed, true);
});

Deno.test("benchText puts the ratios before the table", async () => {
  const text = benchText(await runBench(scripted(), { rounds: 3 }));
  assert.match(
    text,
    /\n {2}a: ours is 1\.50 times as fast as theirs, again \(round by round: median 1\.33, 0\.75 to 2\.50\)/,
  );
  assert.match(text, /\na +ours +1,000\.00 +2,000\.00 +3,000\.00 +100 +4\.0 +150\n/);
  assert.match(text, /\nA note\.$/);
});

/** What must hold of every result, whatever the times were. */
function checkResult(result: BenchResult, rounds: number, works: Record<string, string[]>): void {
  assert.equal(result.rounds, rounds);
  assert.ok(result.cores > 0 && result.load.length === 2 && result.summary && result.pass && result.counted);
  const found = Object.groupBy(result.contestants, ({ work }) => work);
  for (const [work, names] of Object.entries(works)) {
    assert.deepEqual(found[work]?.slice(0, names.length).map(({ name }) => name), names);
  }
  for (const { rounds: seconds, seconds: { min, median, max }, examplesPerSecond, examples } of result.contestants) {
    assert.equal(seconds.length, rounds);
    assert.ok(seconds.every((s) => s > 0) && min <= median && median <= max);
    assert.equal(examplesPerSecond, examples / Math.min(...seconds));
  }
  for (const { reference, other, best, paired } of result.ratios) {
    const [ours, theirs] = [reference, other].map((name) => result.contestants.find((c) => c.name === name)!);
    assert.equal(best, Math.min(...theirs.rounds) / Math.min(...ours.rounds));
    const each = theirs.rounds.map((seconds, round) => seconds / ours.rounds[round]);
    assert.deepEqual([paired.min, paired.max], [Math.min(...each), Math.max(...each)]);
  }
}

Deno.test("runBenches runs the benches of the project at small sizes and reports them as plain JSON", async () => {
  const python = Deno.env.get("RECSCALE_PYTHON");
  Deno.env.set("RECSCALE_PYTHON", "/no/such/python");
  let report: BenchReport;
  try {
    report = await runBenches([
      dlrmStep({
        batchSize: 32,
        batches: 2,
        dense: 3,
        tables: 2,
        rows: 50,
        dim: 4,
        bottom: [8],
        overarch: [8],
        stepsPerRound: 2,
      }),
      teacherSpeed({ presets: ["PAIR"], examples: 512, batchSize: 128 }),
      logReader({ rows: 1, batchSize: 4096 }),
      criteoReader({ rows: 500, batchSize: 128 }),
      onePassSpeed({ preset: "PAIR", examples: 1024, batchSize: 128, windowExamples: 512 }),
      scalingFit({ runs: 16, resampledRuns: 20, resamples: 2, parts: 4500 }),
    ], { rounds: 2 });
  } finally {
    if (python === undefined) Deno.env.delete("RECSCALE_PYTHON");
    else Deno.env.set("RECSCALE_PYTHON", python);
  }
  assert.deepEqual(JSON.parse(JSON.stringify(report)), report);
  assert.ok(report.machine.cores > 0 && report.machine.processor && Date.parse(report.startedAt) > 0);
  const [dlrm, teacher, log, criteo, training, scaling] = report.benches;
  assert.deepEqual(report.benches.map(({ name }) => name), [
    "dlrm-step",
    "teacher",
    "log-reader",
    "criteo-reader",
    "training",
    "scaling-fit",
  ]);

  checkResult(dlrm, 2, {
    "Adagrad": ["recscale"],
    "row-wise Adagrad": ["recscale row-wise"],
    "Adagrad and average": ["recscale with average"],
    "dense products alone": ["recscale products"],
  });
  assert.match(dlrm.notes[0], /^PyTorch is not here to compare with: \/no\/such\/python does not start: /);
  assert.deepEqual(dlrm.ratios, []);
  // 2 n k B for each product: three a layer, two for the first of the bottom
  const flops = 2 * 32 * (2 * 3 * 8 + 3 * (8 * 4 + (3 + 4) * 8 + 8 * 1));
  for (const { gflops, seconds } of dlrm.contestants) assert.equal(gflops, flops / seconds.min / 1e9);
  const products = dlrm.contestants.at(-1)!;
  assert.equal(products.shareOfBound, null);
  assert.equal(dlrm.contestants[0].shareOfBound, products.seconds.min / dlrm.contestants[0].seconds.min);

  checkResult(teacher, 2, { PAIR: ["PAIR in thread", "PAIR in worker"] });
  assert.equal(teacher.ratios.length, 1);
  checkResult(log, 2, { "open and read": ["recscale"], "read again": ["recscale, opened before"] });
  assert.equal(log.contestants[0].examples, 45_211);
  checkResult(criteo, 2, { "open and read": ["recscale"], "read again": ["recscale, opened before"] });
  assert.equal(criteo.contestants[0].examples, 500);
  assert.match(log.notes[1], /^pandas is not here to compare with: /);
  checkResult(training, 2, { "DLRM on PAIR": ["examples from a worker", "examples from the same thread"] });
  checkResult(scaling, 2, {
    "squared fit": ["recscale"],
    "Huber fit": ["recscale, Huber"],
    "bootstrap refit": ["recscale, 20 runs, Huber"],
  });
  assert.match(scaling.notes[1], /^SciPy is not here to compare with: /);
  const rates = training.facts.stepExamplesPerSecond as Record<string, number[]>;
  assert.deepEqual(Object.values(rates).map((each) => each.length), [3, 3]);
});

Deno.test("kernelStart trains one step in a notebook of its own, and its phases make up its time", async () => {
  const arena = await kernelStart().open({ preparing: () => {} });
  const begin = performance.now();
  const seconds = await arena.contestants[0].round();
  assert.ok(seconds > 0 && seconds <= (performance.now() - begin) / 1000, `${seconds} s`);
  const [phases] = arena.facts.phases as Record<string, number>[];
  assert.deepEqual(Object.keys(phases), ["kernel", "imports and setup", "engine", "first step"]);
  assert.ok(Object.values(phases).every((each) => each > 0));
  assert.ok(Math.abs(Object.values(phases).reduce((sum, each) => sum + each, 0) - seconds) < 1e-9);
  const [note] = arena.notes;
  assert.match(note, /: kernel \d+\.\d\d s, imports and setup .* s, engine .* s, first step \d+\.\d\d s\.$/);
  await arena.close();
});
