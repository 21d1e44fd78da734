import { makeTeacher, type PresetName, teacherPreset, teacherStream } from "../../data/mod.ts";
import type { Bench, Contestant } from "./bench.ts";

export interface TeacherSizes {
  readonly presets: readonly PresetName[];
  readonly examples: number;
  readonly batchSize: number;
}

const SIZES: TeacherSizes = { presets: ["SCALE", "HIERS"], examples: 1 << 17, batchSize: 1024 };
const HERE = "in thread", WORKER = "in worker";

/** Generation of synthetic examples, in the reader's thread and in a worker, by a reader that does nothing else. */
export function teacherSpeed(sizes: TeacherSizes = SIZES): Bench {
  const { presets, examples, batchSize } = sizes;
  return {
    name: "teacher",
    summary: `reading ${examples.toLocaleString("en")} examples of the synthetic teacher`,
    pass: "reading",
    counted: "examples",
    open({ preparing }) {
      const contestants = presets.flatMap((preset) => {
        preparing(preset);
        const teacher = makeTeacher(teacherPreset(preset, 1));
        return [HERE, WORKER].map((side): Contestant => {
          const stream = teacherStream(teacher, { examples, worker: side === WORKER });
          return {
            name: `${preset} ${side}`,
            work: preset,
            side,
            examples,
            passes: 1,
            async round() {
              const started = performance.now();
              let read = 0;
              for await (const batch of stream.read({ batchSize })) read += batch.size;
              if (read !== examples) throw new Error(`Read ${read} examples of ${preset}: wanted ${examples}.`);
              return (performance.now() - started) / 1000;
            },
          };
        });
      });
      const notes = [
        "The start of a worker counts, about 0.2 s. What it is for is to leave the reader's thread free: see the bench training.",
      ];
      return Promise.resolve({ contestants, reference: HERE, notes, facts: { sizes }, close: () => Promise.resolve() });
    },
  };
}
