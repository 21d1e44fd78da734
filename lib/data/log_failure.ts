/**
 * Turns what DuckDB says about a file it cannot read into one sentence with the file and the line.
 *
 * @param error what DuckDB threw; an error that is not DuckDB's comes back as it is
 * @param label a path's name in the message
 */
export function describeLogFailure(error: unknown, label: (path: string) => string): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  const parsed = /^Invalid Input Error: CSV Error on Line: (\d+)\n([\s\S]*)$/.exec(error.message);
  if (parsed !== null) {
    const [, line, rest] = parsed;
    const path = /^ {2}file = (.*)$/m.exec(rest)?.[1] ?? "";
    return new Error(`Cannot read ${label(path)} at line ${line}: ${reason(rest)}.`);
  }
  const other = /^(?:IO|Invalid Input|Invalid|Parser|Conversion|Serialization|Binder)[^:]*Error: (.*)/.exec(
    error.message,
  );
  return other === null ? error : new Error(`Cannot read ${label("")}: ${other[1].replace(/\.$/, "")}.`);
}

/** `rest` is what follows the line number in a message of DuckDB's CSV reader. */
function reason(rest: string): string {
  const columns = /^Expected Number of Columns: (\d+) Found: (\d+)$/m.exec(rest);
  const original = /^Original Line: (.*)$/m.exec(rest)?.[1] ?? "";
  const reads = `the line reads ${shorten(original)}`;
  if (columns !== null) return `expected ${columns[1]} columns, found ${columns[2]}; ${reads}`;
  if (rest.includes("unterminated quote")) {
    return `a quote is opened and never closed; ${reads}. If quotes are ordinary characters here, set "quote" to ""`;
  }
  const sentence = rest.split("\n").filter((line) => line !== "" && !line.startsWith("Original Line:"))[0] ?? "";
  return `${sentence.replace(/\.$/, "")}; ${reads}`;
}

function shorten(text: string): string {
  return text.length <= 120 ? text : `${text.slice(0, 117)}...`;
}
