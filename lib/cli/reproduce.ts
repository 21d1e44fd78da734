import { join } from "node:path";
import { openEngine } from "../engine/mod.ts";
import { parseProfile, PROFILES } from "../experiments/profile.ts";
import { PROJECT_ROOT } from "../experiments/study.ts";
import { main, UsageError } from "./command.ts";
import { terminalProgress } from "./progress_bar.ts";
import { reportMarkdown } from "./report.ts";
import { type ReproducedNotebook, reproduceNotebook } from "./reproduce_notebook.ts";
import { prepare } from "./setup.ts";
import { userPath } from "./user_path.ts";

/** Names of the project's notebooks, in order. */
async function notebookNames(folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(folder)) if (name.endsWith(".ipynb")) names.push(name.slice(0, -6));
  return names.sort();
}

/** The notebooks whose names contain `only`. */
function chosen(names: readonly string[], only: string | undefined): readonly string[] {
  const found = only === undefined ? names : names.filter((name) => name.includes(only));
  if (found.length === 0) throw new UsageError(`No notebook's name contains "${only}": there are ${names.join(", ")}.`);
  return found;
}

function line({ name, seconds, verdicts, failure }: ReproducedNotebook): string {
  const mark = failure ? "FAILED" : "ok";
  const told = failure ?? (verdicts.map(({ id, judgement }) => `${id} ${judgement}`).join(", ") || "no verdicts");
  return `${mark.padEnd(6)} ${name.padEnd(28)} ${seconds.toFixed(0).padStart(5)} s  ${told}`;
}

if (import.meta.main) {
  await main({
    name: "reproduce",
    summary: "Runs the notebooks and writes their figures, the executed notebooks and a report.",
    details: `
Everything goes below figures/PROFILE: an executed copy of each notebook, its figures as SVG, PNG and CSV, and report.md with
a verdict on every claim. Stopped with Ctrl-C it goes on where it was the next time.

  smoke    proves that everything runs: at most 90 s a notebook
  default  trains the headline here, takes other seeds from the shipped records: at most 10 minutes a notebook on 2 cores
  paper    trains everything here, and writes the records that the project ships`,
    options: {
      profile: { type: "string", value: "NAME", choices: PROFILES, default: "default", help: "how much to train here" },
      only: { type: "string", value: "NAME", help: "only notebooks whose name contains NAME" },
      data: { type: "string", value: "CONFIG", help: "a data config of your own, in place of the shipped real log" },
      fresh: { type: "boolean", help: "train again what the profile trains here, whatever is kept" },
      "write-back": { type: "boolean", help: "also replace notebooks/*.ipynb by the executed ones" },
    },
    stopsOnSignal: true,
    async run({ profile: profileName, only, data, fresh, "write-back": writeBack }, _, signal) {
      await prepare();
      const profile = parseProfile(profileName);
      const folder = join(PROJECT_ROOT, "notebooks"), output = join(PROJECT_ROOT, "figures", profile);
      const env = {
        RECSCALE_PROFILE: profile,
        RECSCALE_FRESH: fresh ? "1" : "0",
        RECSCALE_DATA: data === undefined ? "" : await Deno.realPath(userPath(data)),
      };
      const done: ReproducedNotebook[] = [];
      for (const name of chosen(await notebookNames(folder), only)) {
        if (signal.aborted) break;
        const progress = terminalProgress(name);
        const options = { output, env, signal, progress, writeBack };
        const result = await reproduceNotebook(join(folder, `${name}.ipynb`), options);
        progress.finish(result.failure ? "failed" : "all cells ran");
        done.push(result);
        console.log(line(result));
      }
      const about = { profile, engine: (await openEngine()).description, date: new Date().toISOString().slice(0, 10) };
      const report = join(output, "report.md");
      await Deno.writeTextFile(report, reportMarkdown(done, about));
      console.log(`Report: ${report}`);
      return done.some(({ failure }) => failure !== undefined) ? 1 : 0;
    },
  });
}
