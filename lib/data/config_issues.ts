import type { z } from "zod";
import { nearestName } from "./nearest_name.ts";

/**
 * Turns what a schema found wrong into sentences: the key, what came, what is wanted, and for a key that does not exist
 * the one that was probably meant. The schema's own messages must be the wanted thing as a noun ("a whole number from 1").
 *
 * @param source what was being read, as it stands in the message: `config.json`, `the data set's configuration`
 * @param error what the schema found
 * @param input the value that was checked
 * @param keys every key of the schema, as candidates for a misspelt one
 */
export function describeIssues(source: string, error: z.ZodError, input: unknown, keys: readonly string[]): string {
  const sentences = error.issues.flatMap((issue) => {
    if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownKey([...issue.path, key], keys));
    const value = valueAt(input, issue.path);
    const at = issue.path.length === 0 ? "" : `key ${keyPath(issue.path)}: `;
    return [`${at}wanted ${issue.message}, got ${value === undefined ? "nothing" : shorten(JSON.stringify(value))}`];
  });
  return `Cannot use ${source}: ${sentences.join("; ")}.`;
}

function unknownKey(path: readonly PropertyKey[], keys: readonly string[]): string {
  const nearest = nearestName(String(path.at(-1)), keys);
  return `key ${keyPath(path)} is not known${nearest === undefined ? "" : ` (did you mean "${nearest}"?)`}`;
}

/** `["categorical", 2, "column"]` as `"categorical[2].column"`. */
function keyPath(path: readonly PropertyKey[]): string {
  const text = path.map((key) => typeof key === "number" ? `[${key}]` : `.${String(key)}`).join("");
  return `"${text.replace(/^\./, "")}"`;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], input);
}

function shorten(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 77)}...`;
}
