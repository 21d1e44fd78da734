/**
 * The values of one line of a CSV file. A quoted value may hold the delimiter, and a doubled quote for a quote.
 *
 * @param line the line, without its end
 * @param delimiter one character
 * @param quote one character, or empty where quotes are ordinary characters
 *
 * @example
 * ```ts
 * import { splitRecord } from "recscale/data";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(splitRecord('a,"b, c","say ""d"""', ",", '"'), ["a", "b, c", 'say "d"']);
 * ```
 */
export function splitRecord(line: string, delimiter: string, quote: string): string[] {
  const values: string[] = [];
  let value = "";
  let quoted = false;
  for (let i = 0; i < line.length; i++) {
    const character = line[i];
    if (quote !== "" && character === quote) {
      if (quoted && line[i + 1] === quote) {
        value += quote;
        i++;
      } else {
        quoted = !quoted;
      }
    } else if (character === delimiter && !quoted) {
      values.push(value);
      value = "";
    } else {
      value += character;
    }
  }
  values.push(value);
  return values;
}
