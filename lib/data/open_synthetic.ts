import type { Dataset } from "./batch.ts";
import type { SyntheticConfig } from "./synthetic_config.ts";
import { makeTeacher, parseTeacherConfig, type TeacherConfig, teacherPreset, teacherStream } from "./teacher/mod.ts";

/**
 * Opens a synthetic data set.
 *
 * The test stream is drawn independently and spans the same time as the training stream: its periods and windows have as
 * many fewer examples as it has itself, so that under drift both see the same teacher at the same time.
 *
 * @throws {TypeError} for a setting of the teacher that is wrong
 * @throws {RangeError} for a teacher or a stream that cannot be made
 */
export function openSynthetic(config: SyntheticConfig): Dataset {
  const teacher = makeTeacher(teacherConfigOf(config));
  const { examples, testExamples, stream, testStream, rows, periodExamples, order, worker } = config;
  const windowExamples = config.windowExamples ?? periodExamples;
  const train = teacherStream(teacher, { examples, stream, rows, periodExamples, windowExamples, order, worker });
  const scaled = (count: number) => Math.max(1, Math.round(count * testExamples / examples));
  const description = `${train.schema.name}: ${examples.toLocaleString("en")} synthetic examples` +
    `${
      testExamples > 0 ? ` and ${testExamples.toLocaleString("en")} to test on` : ""
    }; their click probability is known.`;
  if (testExamples === 0) return { schema: train.schema, train, description };
  const test = teacherStream(teacher, {
    examples: testExamples,
    stream: testStream,
    rows,
    periodExamples: scaled(periodExamples),
    windowExamples: scaled(windowExamples),
    order,
    worker,
  });
  return { schema: train.schema, train, test, description };
}

/** The preset with the overrides put in, named after what was changed. */
function teacherConfigOf({ preset, seed, overrides }: SyntheticConfig): TeacherConfig {
  const base = teacherPreset(preset, seed);
  const changed = Object.keys(overrides);
  if (changed.length === 0) return base;
  return parseTeacherConfig({
    ...base,
    name: [preset, ...changed].join("-"),
    ...overrides,
    shares: { ...base.shares, ...overrides.shares as object | undefined },
    drift: { ...base.drift, ...overrides.drift as object | undefined },
  });
}
