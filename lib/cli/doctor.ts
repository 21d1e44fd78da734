import { diagnose } from "../notebook/diagnosis.ts";
import { type DiagnosisRow, diagnosisRows } from "../notebook/diagnosis_rows.ts";
import { main } from "./command.ts";
import { prepare } from "./setup.ts";

function formatRows(rows: readonly DiagnosisRow[]): string {
  const width = Math.max(...rows.map(({ item }) => item.length));
  return rows.flatMap(({ item, value, advice }) => [
    `${advice ? "!" : " "} ${item.padEnd(width)}  ${value}`,
    ...(advice ? [`  ${" ".repeat(width)}  -> ${advice}`] : []),
  ]).join("\n");
}

if (import.meta.main) {
  await main({
    name: "doctor",
    summary: "Shows what this machine has for the project, and how to get what is missing.",
    details: `
Opens the engine (fetching TensorFlow's library if it is not there, as deno task setup does), times a matrix product, starts
the browser that draws static figures, and looks for Python, Jupyter and our notebook kernel. Lines that begin with ! say
what to do. Exits 1 when no engine opens.`,
    options: { json: { type: "boolean", help: "print everything that was found as JSON" } },
    async run({ json }) {
      await prepare({ quiet: json }).catch(() => {}); // the diagnosis tells the same error beside all the rest
      const diagnosis = await diagnose();
      console.log(json ? JSON.stringify(diagnosis, null, 2) : formatRows(diagnosisRows(diagnosis)));
      return "problem" in diagnosis.engine ? 1 : 0;
    },
  });
}
