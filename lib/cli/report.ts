import type { Profile } from "../experiments/profile.ts";
import type { ReproducedNotebook } from "./reproduce_notebook.ts";

const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll("\n", " ");

/** The report in Markdown: every claim with what was measured, its control and its verdict, then the figures and, folded, the runs. */
export function reportMarkdown(
  notebooks: readonly ReproducedNotebook[],
  about: { readonly profile: Profile; readonly engine: string; readonly date: string },
): string {
  const claims = notebooks.flatMap(({ name, verdicts }) => verdicts.map((verdict) => ({ name, ...verdict })));
  const lines = [
    "# Report",
    "",
    `Profile \`${about.profile}\`, made on ${about.date} with ${about.engine} by \`deno task reproduce\`. Verdicts are ` +
    "computed from run records; each notebook says which of its runs were trained here and which were shipped.",
    "",
    "| claim | | measured | control | verdict | notebook |",
    "|---|---|---|---|---|---|",
    ...claims.map(({ id, claim, measured, control, judgement, name }) =>
      `| ${id} | ${cell(claim)} | ${cell(measured)} | ${cell(control)} | **${judgement}** | [${name}](${name}.ipynb) |`
    ),
    "",
    "## Notebooks",
    "",
    ...notebooks.map(({ name, seconds, failure }) =>
      `- [${name}](${name}.ipynb): ${failure ? `**failed** in ${cell(failure)}` : `ran in ${seconds.toFixed(0)} s`}`
    ),
    "",
    "## Figures",
    "",
    ...notebooks.flatMap(({ figures }) => figures.flatMap((figure) => [`![${figure}](${figure})`, ""])),
    "## Runs behind the verdicts",
    "",
    ...[...Map.groupBy(claims, ({ runs }) => runs.join())].flatMap(([, [first, ...others]]) => [
      "<details>",
      `<summary>${[first, ...others].map(({ id }) => id).join(", ")}: ${first.runs.length} runs</summary>`,
      "",
      first.runs.map((run) => `\`${run}\``).join(", "),
      "",
      "</details>",
      "",
    ]),
  ];
  return lines.join("\n").trimEnd() + "\n";
}
