import assert from "node:assert/strict";
import { type TeacherConfig, TERM_NAMES } from "../../../lib/data/teacher/config.ts";
import { parseTeacherConfig } from "../../../lib/data/teacher/config_schema.ts";
import {
  beyondCapacity,
  interactionsAmongAllFields,
  mainEffectsOnly,
  onlyTerm,
  withDrift,
  withoutDrift,
  withoutTerm,
} from "../../../lib/data/teacher/controls.ts";
import { explainExamples } from "../../../lib/data/teacher/explain.ts";
import { PRESET_NAMES, teacherPreset } from "../../../lib/data/teacher/presets.ts";
import { drawStructure } from "../../../lib/data/teacher/structure.ts";
import { makeTeacher } from "../../../lib/data/teacher/teacher.ts";

const hier = teacherPreset("HIER", 1);

/** The settings in which two configurations differ, other than their names. */
function differences(one: TeacherConfig, other: TeacherConfig): string[] {
  return Object.keys(one).filter((key) => {
    const [a, b] = [one, other].map((config) => JSON.stringify(config[key as keyof TeacherConfig]));
    return key !== "name" && a !== b;
  });
}

Deno.test("every preset is a valid configuration and draws the same structure each time", () => {
  for (const name of PRESET_NAMES) {
    const config = teacherPreset(name, 7);
    assert.deepEqual(parseTeacherConfig(JSON.parse(JSON.stringify(config))), config);
    assert.deepEqual(drawStructure(config), drawStructure({ ...config }));
    assert.notDeepEqual(drawStructure(config).pairs, drawStructure(teacherPreset(name, 8)).pairs);
  }
});

Deno.test("a drawn structure keeps to its limits: different fields, allowed sizes, weights j^-0.7", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const config = teacherPreset("SCALE", seed);
    const { mainWeights, pairs, crosses, heads, hierarchies } = drawStructure(config);
    const small = (field: number) => config.cardinalities[field] <= 300;
    assert.deepEqual(
      mainWeights.toSorted((a, b) => b - a),
      config.cardinalities.map((_, j) => Math.pow(j + 1, -0.7)),
    );
    assert.equal(new Set(pairs.map(String)).size, 12);
    for (const [i, j] of pairs) assert.ok(i < j && small(i) && small(j));
    crosses.forEach(({ fields, coordinates }, m) => {
      assert.equal(fields.length, 2 + m % 2);
      assert.equal(new Set(fields).size, fields.length);
      assert.ok(fields.every(small));
      assert.ok(coordinates.length === fields.length && coordinates.every((k) => k >= 0 && k < 4));
    });
    assert.equal(new Set(heads.map(({ query }) => query)).size, 2);
    assert.ok(heads.every(({ query }) => small(query)));
    for (const { fields } of hierarchies) assert.ok(new Set(fields).size === 4 && fields.every(small));
  }
});

Deno.test("drawn pairs are uniform over the allowed ones", () => {
  const counts = new Map<string, number>();
  const teachers = 1100;
  for (let seed = 1; seed <= teachers; seed++) {
    for (const pair of drawStructure({ ...hier, seed, hierarchies: 0, shares: { ...hier.shares, hier: 0 } }).pairs) {
      counts.set(String(pair), (counts.get(String(pair)) ?? 0) + 1);
    }
  }
  const expected = teachers * 12 / 66; // 200
  const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  assert.equal(counts.size, 66);
  assert.ok(chiSquare < 65 + 5 * Math.sqrt(130), `chi-square ${chiSquare} on 65`);
});

Deno.test("controls of shares change the shares they name and nothing else", () => {
  for (const term of TERM_NAMES) {
    const without = withoutTerm(hier, term);
    assert.deepEqual(differences(hier, without), ["shares"]);
    assert.deepEqual(without.shares, { ...hier.shares, [term]: 0 });
    const only = onlyTerm(hier, term);
    assert.deepEqual(differences(hier, only), ["shares"]);
    assert.deepEqual(TERM_NAMES.filter((name) => only.shares[name] > 0), [term]);
    assert.deepEqual(drawStructure(without), drawStructure(hier));
    assert.deepEqual(drawStructure(only), drawStructure(hier));
  }
  const main = mainEffectsOnly(hier);
  assert.deepEqual(TERM_NAMES.filter((name) => main.shares[name] > 0), ["dense", "main"]);
  assert.throws(() => onlyTerm(teacherPreset("PAIR", 1), "hier"), /no term with a positive share is left/);
});

Deno.test("a teacher without a term keeps the values of the others, and its logit's variance", () => {
  const full = explainExamples(makeTeacher(hier), { examples: 8192 });
  const less = explainExamples(makeTeacher(withoutTerm(hier, "pair")), { examples: 8192 });
  assert.deepEqual(less.slots, full.slots);
  const { pair: _, ...others } = full.terms;
  assert.deepEqual(less.terms, others);
  const deviation = (logits: Float64Array) => {
    const mean = logits.reduce((sum, logit) => sum + logit, 0) / logits.length;
    return Math.sqrt(logits.reduce((sum, logit) => sum + (logit - mean) ** 2, 0) / logits.length);
  };
  // sigma = 2 up to the terms' correlations through shared fields.
  assert.ok(Math.abs(deviation(full.logits) - 2) < 0.3, `${deviation(full.logits)}`);
  assert.ok(Math.abs(deviation(less.logits) - 2) < 0.3, `${deviation(less.logits)}`);
});

Deno.test("the PAIR teacher has no other term than dense, main and pair", () => {
  const teacher = makeTeacher(teacherPreset("PAIR", 1));
  const { terms, logits } = explainExamples(teacher, { examples: 500 });
  assert.deepEqual(Object.keys(terms), ["dense", "main", "pair"]);
  const { bias, terms: moments } = teacher.calibration;
  for (let i = 0; i < 500; i++) {
    const part = (name: "dense" | "main" | "pair", share: number) =>
      2 * Math.sqrt(share) * (terms[name]![i] - moments[name]!.mean) / moments[name]!.sd;
    assert.ok(Math.abs(logits[i] - bias - part("dense", 0.1) - part("main", 0.4) - part("pair", 0.5)) < 1e-12);
  }
});

Deno.test("the other controls change their own setting and nothing else", () => {
  const scale = teacherPreset("SCALE", 1);
  const all = interactionsAmongAllFields(scale);
  assert.deepEqual(differences(scale, all), ["interactionMaxRows", "highOrderMaxRows"]);
  const fields = new Set(drawStructure(all).pairs.flat());
  assert.ok([...fields].some((field) => scale.cardinalities[field] > 300));
  assert.deepEqual(differences(scale, beyondCapacity(scale, 16)), ["latent"]);
  assert.throws(() => beyondCapacity(scale, 4), /integer from 5 to 64, got 4/);
  assert.deepEqual(differences(scale, withDrift(scale, { churn: 0.1 })), ["drift"]);
  assert.deepEqual(withoutDrift(teacherPreset("DRIFT", 1)).drift, hier.drift);
});

Deno.test("limits that leave a term no fields are refused, unless the term is absent", () => {
  const narrow = { ...hier, highOrderMaxRows: 10 }; // two fields
  assert.throws(() => drawStructure(narrow), /Cannot draw the term "cross".*highOrderMaxRows = 10/);
  const shares = { ...hier.shares, cross: 0, hier: 0 };
  assert.deepEqual(drawStructure({ ...narrow, shares }).hierarchies, []);
  assert.throws(() => makeTeacher({ ...hier, dense: 0 }), /its term "dense" has a share of 0.05, but is constant/);
});
