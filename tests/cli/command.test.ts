import assert from "node:assert/strict";
import { helpText, parseCommandLine, UsageError } from "../../lib/cli/command.ts";
import { demo } from "./demo_command.ts";

const spec = { ...demo, run: () => Promise.resolve() };

function complaint(args: string[]): string {
  try {
    parseCommandLine(spec, args);
  } catch (error) {
    assert.ok(error instanceof UsageError, String(error));
    return error.message;
  }
  throw new Error(`accepted: ${args.join(" ")}`);
}

Deno.test("helpText shows the task, its arguments, paragraphs and options within 100 columns", () => {
  const help = helpText(spec);
  assert.equal(
    help,
    `\
Runs the notebooks that are named, or all of them, and writes what they give to a folder of its own
each.

Usage: deno task demo [OPTIONS] ACTION [NOTEBOOK...]

Each notebook runs in a process of its own. A notebook that fails does not stop the others; the exit
status says whether one did.

  deno task demo --profile paper 01_scaling_laws

Options:
  --profile PROFILE  how much work (one of: smoke, paper; default: smoke)
  --config FILE      a file with options that stand for those of the command line, one by one, and
                     that is checked before any notebook is run
  --no-browser       do not open a browser
  -h, --help         show this help`,
  );
  assert.ok(help.split("\n").every((line) => line.length <= 100));
});

Deno.test("parseCommandLine fills in what is not given: defaults, undefined and false", () => {
  assert.deepEqual(parseCommandLine(spec, ["run"]), {
    values: { "profile": "smoke", "config": undefined, "no-browser": false },
    positionals: ["run"],
  });
});

Deno.test("parseCommandLine reads values after a space or =, flags, and arguments in any order", () => {
  const parsed = parseCommandLine(spec, [
    "run",
    "--config=a=b.json",
    "--no-browser",
    "n1",
    "--profile",
    "paper",
    "--",
    "--n2",
  ]);
  assert.deepEqual(parsed, {
    values: { "profile": "paper", "config": "a=b.json", "no-browser": true },
    positionals: ["run", "n1", "--n2"],
  });
});

Deno.test("parseCommandLine reports --help and -h wherever they stand, whatever else is wrong", () => {
  assert.equal(parseCommandLine(spec, ["--help"]), "help");
  assert.equal(parseCommandLine(spec, ["run", "--wrong", "-h"]), "help");
  assert.notEqual(parseCommandLine(spec, ["run", "--", "--help"]), "help");
});

Deno.test("parseCommandLine suggests the nearest option for a misspelt one, and none for a strange one", () => {
  assert.equal(
    complaint(["run", "--profil", "paper"]),
    '"deno task demo" has no option --profil. Did you mean --profile?',
  );
  assert.match(complaint(["run", "--nobrowser"]), /no option --nobrowser\. Did you mean --no-browser\?$/);
  assert.equal(complaint(["run", "--strange"]), '"deno task demo" has no option --strange.');
  assert.equal(complaint(["run", "-x"]), '"deno task demo" has no option -x.');
  assert.equal(complaint(["run", "--toString"]), '"deno task demo" has no option --toString.');
});

Deno.test("parseCommandLine lists the choices for a value that is none of them", () => {
  const message = complaint(["run", "--profile", "papr"]);
  assert.equal(message, '--profile cannot be "papr"; it is one of: smoke, paper. Did you mean paper?');
});

Deno.test("parseCommandLine refuses a missing value and a value for a flag", () => {
  assert.equal(complaint(["run", "--config"]), "--config wants a value: --config FILE.");
  assert.equal(complaint(["run", "--no-browser=yes"]), '--no-browser is a flag and takes no value, but got "yes".');
});

Deno.test("parseCommandLine refuses too few and too many arguments", () => {
  assert.equal(complaint([]), '"deno task demo" wants ACTION [NOTEBOOK...], but ACTION is missing.');
  const none = { ...spec, positionals: undefined };
  assert.throws(
    () => parseCommandLine(none, ["a"]),
    /"deno task demo" takes no arguments besides options, but got "a"/,
  );
  const one = { ...spec, positionals: "[CONFIG]" };
  assert.throws(() => parseCommandLine(one, ["a", "b"]), /"deno task demo" takes only \[CONFIG\], but got "b"/);
});
