import assert from "node:assert/strict";
import { jointLaw } from "../../../lib/experiments/scaling_study/joint_law.ts";
import {
  computeLawVerdict,
  dataLawVerdict,
  parameterLawVerdict,
} from "../../../lib/experiments/scaling_study/law_claims.ts";
import { scalingVerdicts } from "../../../lib/experiments/scaling_study/verdicts.ts";
import { GROWTH_2019_2021, growthPlan } from "../../../lib/scaling/mod.ts";
import { dataVerdict, parametersVerdict, schemeVerdict } from "../../../lib/experiments/scaling_study/return_claims.ts";
import {
  relabelledReversals,
  reversals,
  schemeNeeds,
} from "../../../lib/experiments/scaling_study/scheme_efficiency.ts";
import { BASE_SIZE } from "../../../lib/experiments/scaling_study/schemes.ts";
import { EXAMPLES, FLOOR, type Formula, madeReadings } from "./made_readings.ts";

const study = (formula: Formula, noise?: Parameters<typeof madeReadings>[1]) =>
  ({ profile: "paper", examples: EXAMPLES, readings: madeReadings(formula, noise) }) as const;
const inData = (examples: number) => 0.05 * (examples / EXAMPLES) ** -0.3;

/** Data pay, parameters of no scheme do, but on the stream that demands capacity wide embeddings do; small fields are learned. */
const asThePaperSays: Formula = ({ stream, model, examples }) => {
  if (stream === "noTail") return FLOOR + 1e-4 * (examples / EXAMPLES) ** -1;
  const width = stream === "capacity" && model.scheme === "horizontal" ? 0.4 / model.size : 0.4 / 8;
  return FLOOR + inData(examples) + (stream === "capacity" ? width : 0);
};

/** Nothing but parameters pays, on every stream. */
const onlyParametersPay: Formula = ({ model }) => FLOOR + 0.1 * (model.size / BASE_SIZE[model.scheme]) ** -0.2;

Deno.test("S5 and S6 are reproduced where data pay and parameters do not, and the controls behave", () => {
  const made = study(asThePaperSays);
  assert.equal(parametersVerdict(made).verdict.judgement, "reproduced");
  assert.equal(dataVerdict(made).verdict.judgement, "reproduced");
});

Deno.test("S5 is not reproduced where four times the parameters buy more than twice the data", () => {
  const { verdict } = parametersVerdict(study(onlyParametersPay));
  assert.equal(verdict.judgement, "not reproduced");
});

Deno.test("S5 is partly reproduced where data pay more also for the teacher that demands capacity", () => {
  const { verdict } = parametersVerdict(study(({ examples }) => FLOOR + inData(examples)));
  assert.equal(verdict.judgement, "partly");
});

Deno.test("S6 is partly reproduced where data pay as much without a tail and without interactions", () => {
  const { verdict } = dataVerdict(study(({ examples }) => FLOOR + inData(examples)));
  assert.equal(verdict.judgement, "partly");
});

Deno.test("S5 and S6 tell the gains that the formula has", () => {
  const made = study(asThePaperSays, { noise: 0, own: 0 });
  const [before, after] = [EXAMPLES / 2, EXAMPLES].map((examples) => FLOOR + inData(examples));
  const gain = `${(100 * (after - before) / before).toFixed(2)} %`;
  assert.ok(dataVerdict(made).verdict.measured.includes(gain));
  assert.ok(parametersVerdict(made).verdict.measured.includes(`embedding rows 0.00 %`));
});

Deno.test("S4 is reproduced where schemes trade places between parameters and compute", () => {
  // rows are needed for quality and free of compute; a small overarch is as good as the base
  const formula: Formula = ({ model, examples }) =>
    FLOOR + inData(examples) + (model.scheme === "vertical" ? 0.02 * (1 - model.size / BASE_SIZE.vertical) : 0);
  const made = madeReadings(formula);
  const needs = schemeNeeds(made, EXAMPLES, "paper");
  assert.ok(reversals(needs).length === 0 || relabelledReversals(needs) < 0.5);
  const trading: Formula = (cell) =>
    cell.model.scheme === "horizontal" && cell.model.size > 8
      ? FLOOR + inData(2 * cell.examples) // wide embeddings save data, and cost parameters
      : formula(cell);
  const { verdict } = schemeVerdict(study(trading));
  assert.equal(verdict.judgement, "reproduced");
  assert.match(verdict.measured, /needs .* times the/);
});

Deno.test("the resources that a scheme needs are those of the formula", () => {
  const made = madeReadings(({ examples }) => FLOOR + inData(examples), { noise: 0, own: 0 });
  const { log2, ne } = schemeNeeds(made, EXAMPLES, "paper");
  assert.equal(ne, FLOOR + inData(EXAMPLES / 2));
  for (const scheme of ["vertical", "horizontal", "overarch", "allMlp"] as const) {
    assert.deepEqual(log2.data[scheme], [20, 20, 20, 20], "half of 2^21 examples, whatever the size");
  }
  const rows = 10 + 20 + 9 * 30 + 30; // the smallest tables: at most 30 rows in each of twelve fields
  assert.ok(log2.parameters.vertical[0] < Math.log2(8 * (rows + 12 * 30) + 20_000));
  assert.ok(log2.parameters.horizontal[0] > log2.parameters.vertical[0]);
});

Deno.test("S1 is reproduced for a power law plus constant that bends where interactions are learned late", () => {
  const formula: Formula = ({ stream, examples }) =>
    stream === "allFields"
      ? FLOOR + 0.25 - 0.012 * Math.log2(examples / 1024) - 5e-4 * Math.log2(examples / 1024) ** 2
      : FLOOR + inData(examples);
  assert.equal(dataLawVerdict(study(formula, { noise: 1e-4, own: 1e-4 })).verdict.judgement, "reproduced");
});

Deno.test("S1 is not reproduced where NE falls with the logarithm of the data", () => {
  const formula: Formula = ({ examples }) => 0.8 - 0.01 * Math.log2(examples / 1024);
  const { judgement } = dataLawVerdict(study(formula, { noise: 1e-4, own: 1e-4 })).verdict;
  assert.ok(judgement === "not reproduced" || judgement === "undecided" || judgement === "partly");
  assert.notEqual(judgement, "reproduced");
});

const inWidth = (parameters: number) => 0.05 * (parameters / 1e6) ** -0.7;

Deno.test("S2 tells an exponent only of the schemes whose curves have one", () => {
  const formula: Formula = ({ model, examples, scaled }) =>
    FLOOR + 0.01 + inData(examples) + (model.scheme === "horizontal" ? inWidth(scaled) - inWidth(8 * 1_411_710) : 0);
  const { measured, judgement } = parameterLawVerdict(study(formula, { noise: 1e-4, own: 1e-6 })).verdict;
  assert.match(measured, /embedding width 0\.(69|70|71)/);
  assert.match(measured, /embedding rows not identified, .*overarch not identified, all MLPs not identified/);
  assert.notEqual(judgement, "reproduced");
});

Deno.test("S3 reads the exponent of the envelope, with lookups counted or not", () => {
  const { measured, control } = computeLawVerdict(
    study(({ examples }) => FLOOR + inData(examples), { noise: 1e-4, own: 1e-5 }),
  ).verdict;
  assert.match(measured, /exponent 0\.(29|30|31)/); // the smallest model is on the envelope all the way: compute is data
  assert.match(control, /the same within 0\.05/);
});

Deno.test("the verdicts come in the order of the claims, and say that they are corrected for each other", () => {
  const made = study(asThePaperSays);
  const joint = jointLaw(made);
  const plan = growthPlan({
    loss: (parameters, examples) => joint.fit.predict([parameters, examples]),
    flopsPerExample: joint.flopsPerExample,
    start: { parameters: joint.base, examples: EXAMPLES },
    growth: GROWTH_2019_2021,
    years: 3,
  });
  const verdicts = scalingVerdicts(made, plan);
  assert.deepEqual(verdicts.map(({ id }) => id), ["S1", "S2", "S3", "S4", "S5", "S6", "S7"]);
  assert.ok(verdicts.slice(0, 6).every(({ measured }) => measured.includes("after Holm's correction over 6 claims")));
  assert.equal(verdicts[6].judgement, "not testable here");
  assert.ok(verdicts.every(({ runs }) => runs.length > 0));
});
