import assert from "node:assert/strict";
import { TERM_NAMES } from "../../../lib/data/teacher/config.ts";
import { explainExamples } from "../../../lib/data/teacher/explain.ts";
import { makeTeacher } from "../../../lib/data/teacher/teacher.ts";
import { teacherStream } from "../../../lib/data/teacher/stream.ts";
import drifting from "../../fixtures/teacher_drift_oracle.json" with { type: "json" };
import oracle from "../../fixtures/teacher_oracle.json" with { type: "json" };
import { oracleConfig, oracleStructure, recordedCalibration } from "./oracle_structure.ts";

function assertClose(actual: ArrayLike<number>, wanted: readonly number[], tolerance: number, what: string): void {
  assert.equal(actual.length, wanted.length, what);
  for (let i = 0; i < wanted.length; i++) {
    const allowed = tolerance * Math.max(1, Math.abs(wanted[i]));
    assert.ok(
      Math.abs(actual[i] - wanted[i]) <= allowed,
      `${what}, example ${i}: got ${actual[i]}, wanted ${wanted[i]}`,
    );
  }
}

Deno.test("given the oracle's structure and calibration, ids, columns, terms, p and labels are the oracle's", () => {
  const calibration = recordedCalibration(oracle.calibration, oracle.b);
  const teacher = makeTeacher(oracleConfig, { structure: oracleStructure, calibration });
  const explained = explainExamples(teacher, { examples: 64, stream: 1 });
  const { examples } = oracle;
  assert.deepEqual([...explained.slots], examples.ids.flat());
  assertClose(explained.dense, examples.dense.flat(), 1e-6, "dense");
  // The oracle sums in float32 and records six decimals.
  for (const name of TERM_NAMES) assertClose(explained.terms[name]!, examples.terms[name], 5e-6, name);
  assertClose(explained.p, examples.p, 2e-6, "p");
  assert.deepEqual([...explained.labels], examples.y);
});

Deno.test("calibrating the oracle's structure gives the oracle's means, deviations and bias", () => {
  const { calibration } = makeTeacher(oracleConfig, { structure: oracleStructure });
  for (const name of TERM_NAMES) {
    const { mean, sd } = calibration.terms[name]!;
    assertClose([mean, sd], oracle.calibration[name], 2e-5, name);
  }
  assertClose([calibration.bias], [oracle.b], 1e-5, "bias");
});

Deno.test("with all five drifts, calibration, slots, terms, p, labels and hashed ids are the reference's", async () => {
  const { churn, covariate, walk, concept, label } = drifting.drift;
  const teacher = makeTeacher({
    ...oracleConfig,
    drift: {
      churn,
      covariate,
      walk: { share: walk[0], spacing: walk[1] },
      concept: { share: concept[0], spacing: concept[1] },
      label: { amplitude: label[0], period: label[1] },
    },
  }, { structure: oracleStructure });
  const calibration = recordedCalibration(drifting.calibration, drifting.b);
  for (const name of TERM_NAMES) {
    const { mean, sd } = calibration.terms[name]!;
    const got = teacher.calibration.terms[name]!;
    assertClose([got.mean, got.sd], [mean, sd], 1e-6, name);
  }
  assertClose([teacher.calibration.bias], [drifting.b], 1e-6, "bias");

  const stream = teacherStream(teacher, { examples: 4096, stream: 3, periodExamples: 64, windowExamples: 32 });
  for (const { time, first, slots, ids, dense, terms, p, y } of drifting.cases) {
    const explained = explainExamples(teacher, { examples: 32, from: first, stream: 3, time });
    assert.deepEqual([...explained.slots], slots.flat());
    assertClose(explained.dense, dense.flat(), 1e-6, "dense");
    for (const name of TERM_NAMES) assertClose(explained.terms[name]!, terms[name], 5e-6, `${name} at ${time}`);
    assertClose(explained.p, p, 2e-6, `p at ${time}`);
    for await (const batch of stream.read({ batchSize: 32, from: first, to: first + 32 })) {
      assert.deepEqual([...batch.ids], ids.flat());
      assertClose(batch.p!, p, 2e-6, `p of the stream at ${time}`);
      assert.deepEqual([...batch.labels], y);
      assert.equal(batch.times[0], time);
    }
  }
});
