import type { Verdict } from "../experiments/verdict.ts";
import { renderHtml, renderPlain, textTable } from "./table_text.ts";

/** The MIME type under which a notebook carries its verdicts for whoever runs it. */
export const VERDICTS_MIME = "application/vnd.recscale.verdicts+json";

/** Verdicts as a notebook shows them, and as the report reads them from its outputs. */
export function verdictBundle(verdicts: readonly Verdict[]): Record<string, unknown> {
  const rows = verdicts.map(({ id, claim, measured, control, judgement, runs }) => [
    id,
    claim,
    measured,
    control,
    judgement,
    `${runs.length} runs`,
  ]);
  const table = textTable(["", "claim", "measured", "control", "verdict", "from"], rows, {});
  return { [VERDICTS_MIME]: verdicts, "text/html": renderHtml(table), "text/plain": renderPlain(table) };
}
