import { calibrate, type TeacherCalibration } from "./calibration.ts";
import type { TeacherConfig } from "./config.ts";
import { parseTeacherConfig } from "./config_schema.ts";
import { drawStructure, type TeacherStructure } from "./structure.ts";

/**
 * A synthetic source of clicks whose click probability is known: plain JSON, which can be stored beside a run and sent
 * to a worker.
 *
 * ```text
 * p(x) = sigmoid( b + sigma sum_c sqrt(pi_c) (T_c(x) - mean_c) / sd_c ),   sum_c pi_c = 1
 * ```
 */
export interface Teacher {
  readonly config: TeacherConfig;
  readonly structure: TeacherStructure;
  readonly calibration: TeacherCalibration;
}

/**
 * Makes the teacher of a configuration: draws its structure and calibrates its terms, both by counter hash, so that the
 * same configuration is the same teacher everywhere. Takes about 0.1 s.
 *
 * @param given a structure, or a structure with its calibration, to use instead
 * @throws {TypeError} when a setting is out of its range
 * @throws {RangeError} when a term with a share has too few fields, or does not vary
 *
 * @example
 * ```ts
 * import { makeTeacher, teacherPreset } from "recscale/data";
 * import assert from "node:assert/strict";
 *
 * const teacher = makeTeacher(teacherPreset("PAIR", 1));
 * assert.equal(teacher.structure.pairs.length, 12);
 * assert.deepEqual(Object.keys(teacher.calibration.terms), ["dense", "main", "pair"]);
 * ```
 */
export function makeTeacher(
  config: TeacherConfig,
  given: { readonly structure?: TeacherStructure; readonly calibration?: TeacherCalibration } = {},
): Teacher {
  const checked = parseTeacherConfig(config);
  const structure = given.structure ?? drawStructure(checked);
  return { config: checked, structure, calibration: given.calibration ?? calibrate(checked, structure) };
}
