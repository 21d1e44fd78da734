import assert from "node:assert/strict";
import { bayesOptimum, bayesOptimumOfStream, clickEntropy } from "../../../lib/data/teacher/bayes_optimum.ts";
import { explainExamples } from "../../../lib/data/teacher/explain.ts";
import { describeTeacher } from "../../../lib/data/teacher/ladder.ts";
import { type PresetName, teacherPreset } from "../../../lib/data/teacher/presets.ts";
import { teacherStream } from "../../../lib/data/teacher/stream.ts";
import { makeTeacher } from "../../../lib/data/teacher/teacher.ts";

Deno.test("bayesOptimum of two kinds of points is the closed form", () => {
  const p = Float64Array.from({ length: 1000 }, (_, i) => i % 4 === 0 ? 0.9 : 0.1);
  const entropy = -0.9 * Math.log(0.9) - 0.1 * Math.log(0.1); // of both kinds
  const whole = -0.3 * Math.log(0.3) - 0.7 * Math.log(0.7);
  const { ne, meanP } = bayesOptimum(p);
  assert.ok(Math.abs(ne - entropy / whole) < 1e-12);
  assert.ok(Math.abs(meanP - 0.3) < 1e-12);
  assert.equal(clickEntropy(0), 0);
  assert.equal(clickEntropy(1), 0);
  assert.throws(() => bayesOptimum([0.3]), /at least two probabilities/);
  assert.throws(() => bayesOptimum([1, 1]), /mean in \(0, 1\)/);
});

Deno.test("the Monte Carlo error of the floor is the spread of floors over independent samples", () => {
  const teacher = makeTeacher(teacherPreset("PAIR", 1));
  const { p } = explainExamples(teacher, { examples: 400 * 256, stream: 5 });
  const samples = Array.from({ length: 400 }, (_, i) => bayesOptimum(p.subarray(256 * i, 256 * (i + 1))));
  const mean = samples.reduce((sum, { ne }) => sum + ne, 0) / 400;
  const spread = Math.sqrt(samples.reduce((sum, { ne }) => sum + (ne - mean) ** 2, 0) / 399);
  const stated = Math.sqrt(samples.reduce((sum, { standardError }) => sum + standardError ** 2, 0) / 400);
  assert.ok(Math.abs(spread / stated - 1) < 0.15, `spread ${spread}, stated ${stated}`); // 400 samples: 3.5 %
});

Deno.test("the presets' floors lie where sigma 2 and base 0.25 put them, and sampled labels agree", () => {
  const range: Partial<Record<PresetName, [number, number]>> = {
    SCALE: [0.6, 0.72],
    HIER: [0.6, 0.72],
    PAIR: [0.6, 0.72],
  };
  for (const [name, [low, high]] of Object.entries(range)) {
    const teacher = makeTeacher(teacherPreset(name as PresetName, 1));
    const { p, labels } = explainExamples(teacher, { examples: 1 << 16, stream: 99 });
    const { ne, standardError, meanP } = bayesOptimum(p);
    assert.ok(ne > low && ne < high, `${name}: ${ne}`);
    assert.ok(standardError > 0.0005 && standardError < 0.002, `${name}: error ${standardError}`);
    // The oracle's own log loss on the clicks: sum of -y log p - (1 - y) log(1 - p), with variance p (1-p) logit(p)^2.
    let loss = 0;
    let variance = 0;
    for (let i = 0; i < p.length; i++) {
      loss -= labels[i] === 1 ? Math.log(p[i]) : Math.log1p(-p[i]);
      variance += p[i] * (1 - p[i]) * Math.log(p[i] / (1 - p[i])) ** 2;
    }
    const scale = p.length * clickEntropy(meanP);
    assert.ok(Math.abs(loss / scale - ne) < 5 * Math.sqrt(variance) / scale, `${name}: sampled ${loss / scale}, ${ne}`);
  }
});

Deno.test("the floor of a stream is the floor of its p, in any part", async () => {
  const teacher = makeTeacher(teacherPreset("PAIR", 2));
  const stream = teacherStream(teacher, { examples: 20_000, stream: 99 });
  const floor = await bayesOptimumOfStream(stream, { from: 5000, to: 15_000 });
  const wanted = bayesOptimum(explainExamples(teacher, { examples: 10_000, from: 5000, stream: 99 }).p);
  assert.equal(floor.examples, 10_000);
  assert.ok(Math.abs(floor.ne - wanted.ne) < 1e-6 && Math.abs(floor.standardError - wanted.standardError) < 1e-6);
});

Deno.test("the ladder falls from the base rate to the floor, one rung a term", () => {
  const teacher = makeTeacher(teacherPreset("HIER", 1));
  const options = { examples: 1 << 14, stream: 99 };
  const rows = describeTeacher(teacher, options);
  assert.deepEqual(rows.map((row) => row.term), ["dense", "main", "pair", "cross", "local", "attn", "hier"]);
  for (const row of rows) assert.ok(row.gain > 0, `${row.term}: ${row.gain}`);
  assert.ok(Math.abs(rows.reduce((sum, row) => sum + row.share, 0) - 1) < 1e-12);
  // Nothing to recalibrate in the full logit, but a and c are fitted to these very points: at most a little better.
  const floor = bayesOptimum(explainExamples(teacher, options).p);
  assert.ok(Math.abs(rows.at(-1)!.ne - floor.ne) < 1e-9, `${rows.at(-1)!.ne}, ${floor.ne}`);
});
