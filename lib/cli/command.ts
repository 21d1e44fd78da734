import { parseArgs } from "node:util";
import { nearestName } from "../data/nearest_name.ts";

/** One `--option` of a command. */
export interface OptionSpec {
  /** `"boolean"` is a flag that stands alone; `"string"` takes a value (`--config FILE` or `--config=FILE`). */
  type: "boolean" | "string";
  /** What the value is called in the help, e.g. `"FILE"`; `"VALUE"` when left out. */
  value?: string;
  /** The value when the option is not given. Without it a string option is `undefined` and a flag `false`. */
  default?: string | boolean;
  /** The values accepted; any other is refused with a list of these. */
  choices?: readonly string[];
  /** What the option does, as a phrase without a full stop. */
  help: string;
}

/** What `run` receives for each option: flags as booleans, choices as a union, the rest as strings. */
export type Values<O extends Record<string, OptionSpec>> = {
  -readonly [K in keyof O]: O[K]["type"] extends "boolean" ? boolean
    : TextOf<O[K]> | (O[K] extends { default: string } ? never : undefined);
};

type TextOf<S extends OptionSpec> = S extends { choices: readonly (infer C)[] } ? C : string;

/** A command of the project, run as `deno task NAME`. */
export interface CommandSpec<O extends Record<string, OptionSpec>> {
  /** The task's name in `deno.json`. */
  name: string;
  /** One line: what the command does. */
  summary: string;
  /** Paragraphs of help below the summary, separated by blank lines; lines that start with a space keep their form. */
  details?: string;
  /**
   * The arguments that are not options, e.g. `"LOG [NOTEBOOK...]"`: words in brackets may be left out, `...` means any
   * number. Absent: none accepted.
   */
  positionals?: string;
  options: O;
  /**
   * Whether `run` ends by itself, in order, once `signal` aborts. Then the first Ctrl-C only aborts it and a second one
   * ends the process; otherwise the first Ctrl-C ends the process.
   */
  stopsOnSignal?: boolean;
  /** The work. A number is the exit status; nothing means 0. `signal` aborts on Ctrl-C. */
  run(values: Values<O>, positionals: string[], signal: AbortSignal): Promise<number | void>;
}

/** The command line was wrong: `main` prints the message with a pointer to `--help` and exits 2. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** The process ended by Ctrl-C, as shells report it: 128 + SIGINT. */
const INTERRUPTED = 130;
const COLUMNS = 100;

/**
 * Runs a command and ends the process: status 0 after success, what `run` returned if that is a number, 1 after an
 * error, 2 after a wrong command line, 130 after Ctrl-C. `--help` and `-h` print the help. An error prints its message;
 * its stack too when `RECSCALE_DEBUG=1`.
 */
export async function main<const O extends Record<string, OptionSpec>>(
  spec: CommandSpec<O>,
  args: string[] = Deno.args,
): Promise<never> {
  const interrupt = new AbortController();
  Deno.addSignalListener("SIGINT", () => {
    if (!spec.stopsOnSignal || interrupt.signal.aborted) Deno.exit(INTERRUPTED);
    console.error("\nStopping; press Ctrl-C again to end at once.");
    interrupt.abort(new DOMException("Interrupted by Ctrl-C", "AbortError"));
  });
  try {
    const parsed = parseCommandLine(spec, args);
    if (parsed === "help") {
      console.log(helpText(spec));
      Deno.exit(0);
    }
    const status = await spec.run(parsed.values, parsed.positionals, interrupt.signal);
    Deno.exit(interrupt.signal.aborted ? INTERRUPTED : status ?? 0);
  } catch (error) {
    if (interrupt.signal.aborted) Deno.exit(INTERRUPTED);
    console.error(describeError(error));
    if (!(error instanceof UsageError)) Deno.exit(1);
    console.error(`See "deno task ${spec.name} --help".`);
    Deno.exit(2);
  }
}

/**
 * Reads a command line against a spec. `"help"` when it asks for help anywhere before `--`.
 *
 * @throws {UsageError} an unknown option, a missing, surplus or unaccepted value, too few or too many arguments.
 */
export function parseCommandLine<const O extends Record<string, OptionSpec>>(
  spec: CommandSpec<O>,
  args: string[],
): { values: Values<O>; positionals: string[] } | "help" {
  const options = Object.fromEntries(Object.entries(spec.options).map(([name, { type }]) => [name, { type }]));
  const { tokens } = parseArgs({
    args,
    options: { ...options, help: { type: "boolean", short: "h" } },
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const values: Record<string, string | boolean | undefined> = {};
  for (const [name, option] of Object.entries(spec.options)) {
    values[name] = option.default ?? (option.type === "boolean" ? false : undefined);
  }
  const given = tokens.filter((token) => token.kind === "option");
  if (given.some((token) => token.name === "help")) return "help";
  for (const { name, rawName, value } of given) values[name] = readOption(spec, name, rawName, value);
  const positionals = tokens.filter((token) => token.kind === "positional").map((token) => token.value);
  checkPositionals(spec, positionals);
  return { values: values as Values<O>, positionals };
}

/** The help of a command, wrapped at 100 columns. */
export function helpText<O extends Record<string, OptionSpec>>(spec: CommandSpec<O>): string {
  const usage = ["deno task", spec.name, "[OPTIONS]", spec.positionals].filter(Boolean).join(" ");
  const rows = Object.entries(spec.options).map(([name, option]): [string, string] => {
    const remarks = [];
    if (option.choices) remarks.push(`one of: ${option.choices.join(", ")}`);
    if (option.type === "string" && option.default !== undefined) remarks.push(`default: ${option.default}`);
    const metavar = option.type === "string" ? ` ${option.value ?? "VALUE"}` : "";
    return [`--${name}${metavar}`, option.help + (remarks.length ? ` (${remarks.join("; ")})` : "")];
  });
  rows.push(["-h, --help", "show this help"]);
  const width = Math.max(...rows.map(([left]) => left.length));
  const optionLines = rows.flatMap(([left, right]) =>
    wrap(right, COLUMNS - width - 4).map((line, i) => `  ${(i ? "" : left).padEnd(width)}  ${line}`)
  );
  const paragraphs = (spec.details ?? "").trim().split(/\n\s*\n/).filter(Boolean).map((paragraph) =>
    paragraph.split("\n").some((line) => line.startsWith(" "))
      ? paragraph
      : wrap(paragraph.replaceAll("\n", " "), COLUMNS).join("\n")
  );
  return [
    wrap(spec.summary, COLUMNS).join("\n"),
    `Usage: ${usage}`,
    ...paragraphs,
    `Options:\n${optionLines.join("\n")}`,
  ]
    .join("\n\n");
}

function readOption(
  spec: CommandSpec<Record<string, OptionSpec>>,
  name: string,
  rawName: string,
  value: string | undefined,
): string | boolean {
  const option = Object.hasOwn(spec.options, name) ? spec.options[name] : undefined;
  if (!option) {
    const near = nearestName(name, [...Object.keys(spec.options), "help"]);
    throw new UsageError(
      `"deno task ${spec.name}" has no option ${rawName}.` + (near ? ` Did you mean --${near}?` : ""),
    );
  }
  if (option.type === "boolean") {
    if (value === undefined) return true;
    throw new UsageError(`${rawName} is a flag and takes no value, but got "${value}".`);
  }
  if (value === undefined) throw new UsageError(`${rawName} wants a value: ${rawName} ${option.value ?? "VALUE"}.`);
  if (option.choices && !option.choices.includes(value)) {
    const near = nearestName(value, option.choices);
    throw new UsageError(
      `${rawName} cannot be "${value}"; it is one of: ${option.choices.join(", ")}.` +
        (near ? ` Did you mean ${near}?` : ""),
    );
  }
  return value;
}

function checkPositionals(spec: CommandSpec<Record<string, OptionSpec>>, given: string[]): void {
  const words = (spec.positionals ?? "").split(/\s+/).filter(Boolean);
  const required = words.filter((word) => !word.startsWith("["));
  const most = words.some((word) => word.includes("...")) ? Infinity : words.length;
  if (given.length < required.length) {
    throw new UsageError(
      `"deno task ${spec.name}" wants ${spec.positionals}, but ${required[given.length]} is missing.`,
    );
  }
  if (given.length > most) {
    const wanted = most === 0 ? "takes no arguments besides options" : `takes only ${spec.positionals}`;
    throw new UsageError(`"deno task ${spec.name}" ${wanted}, but got "${given[most]}".`);
  }
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line ? `${line} ${word}` : word;
    }
  }
  return [...lines, line];
}

function describeError(error: unknown): string {
  if (!(error instanceof Error)) return `Error: ${String(error)}`;
  if (Deno.env.get("RECSCALE_DEBUG") === "1" && !(error instanceof UsageError)) return error.stack ?? error.message;
  const cause = error.cause instanceof Error ? `\nCause: ${error.cause.message}` : "";
  return `Error: ${error.message}${cause}`;
}
