import { cpus } from "node:os";
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
} from "./bench/mod.ts";
import { main, UsageError } from "./command.ts";
import { terminalProgress } from "./progress_bar.ts";
import { prepare } from "./setup.ts";

/** What `--json` writes. */
export interface BenchReport {
  /** ISO 8601. */
  readonly startedAt: string;
  readonly machine: {
    readonly os: string;
    readonly arch: string;
    readonly processor: string;
    readonly cores: number;
    readonly memoryBytes: number;
  };
  readonly deno: string;
  readonly benches: readonly BenchResult[];
}

/** All benches in their full size, by name. */
const BENCHES: Readonly<Record<string, Bench>> = Object.fromEntries(
  [
    dlrmStep(),
    teacherSpeed(),
    logReader(),
    criteoReader(),
    onePassSpeed(),
    kernelStart(),
    scalingFit(),
  ].map((bench) => [bench.name, bench]),
);

/**
 * Runs benches one after the other, telling each result as it comes.
 *
 * @throws the signal's reason when it is aborted
 */
export async function runBenches(
  benches: readonly Bench[],
  options: { rounds: number; signal?: AbortSignal; told?: (result: BenchResult) => void },
): Promise<BenchReport> {
  const startedAt = new Date().toISOString();
  const results: BenchResult[] = [];
  for (const bench of benches) {
    const { rounds, signal } = options;
    const result = await runBench(bench, { rounds, signal, progress: terminalProgress(bench.name) });
    results.push(result);
    options.told?.(result);
  }
  return {
    startedAt,
    machine: {
      os: Deno.build.os,
      arch: Deno.build.arch,
      processor: cpus()[0]?.model.trim() ?? "unknown",
      cores: navigator.hardwareConcurrency,
      memoryBytes: Deno.systemMemoryInfo().total,
    },
    deno: Deno.version.deno,
    benches: results,
  };
}

if (import.meta.main) {
  await main({
    name: "bench",
    summary: "Measures how fast this machine is at what the project does, side by side with others in one run.",
    details: `
Contestants take turns: in every round each does a short piece of work. Shown are the fastest round, which is what counts on
a machine that others use too, the median and the slowest; ratios compare fastest with fastest, and round with round.

PyTorch and pandas take part when the Python that RECSCALE_PYTHON names (else python3) has them. torch.compile takes a
minute or two to get ready.`,
    options: {
      only: { type: "string", value: "NAME", choices: Object.keys(BENCHES), help: "run only this bench" },
      rounds: { type: "string", value: "N", default: "9", help: "how many rounds" },
      json: { type: "string", value: "FILE", help: "also write everything that was measured to FILE" },
      list: { type: "boolean", help: "show what there is, and run nothing" },
    },
    stopsOnSignal: true,
    async run({ only, rounds, json, list }, _positionals, signal) {
      const benches = Object.values(BENCHES).filter(({ name }) => only === undefined || name === only);
      if (list) return console.log(benches.map(({ name, summary }) => `${name.padEnd(14)}${summary}`).join("\n"));
      if (!/^[1-9]\d*$/.test(rounds)) throw new UsageError(`--rounds wants a whole number from 1, got "${rounds}".`);
      await prepare();
      const report = await runBenches(benches, {
        rounds: Number(rounds),
        signal,
        told: (result) => console.log(`\n${benchText(result)}\n`),
      });
      if (json !== undefined) await Deno.writeTextFile(json, JSON.stringify(report, null, 2) + "\n");
    },
  });
}
