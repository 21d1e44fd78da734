import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type CellModule, cellModule } from "./cell_module.ts";
import { readNotebook } from "./notebook_file.ts";

/** A notebook on its way through the checks. */
interface Candidate {
  path: string;
  module: CellModule;
  /** The module written out beside the notebook, so that its relative imports and deno.json resolve as in the kernel. */
  file: string;
}

/**
 * Lint rules that do not fit cells: a name may be there for the reader to play with, or for a later cell that checks know
 * nothing of; a notebook may import by `npm:` prefix; redeclarations come from the type checker already.
 */
const EXCLUDED_RULES = ["no-unused-vars", "no-import-prefix", "no-unversioned-import", "no-redeclare"];

/**
 * Type-checks and lints the code cells of one notebook; see {@linkcode checkNotebooks}.
 *
 * @returns one line a finding: `name.ipynb cell 3 (id) 2:7 TS2322 Type 'string' is not assignable to type 'number'.` Cells count
 * from 0, lines and columns from 1.
 */
export async function checkNotebook(path: string): Promise<string[]> {
  return await checkNotebooks([path]);
}

/**
 * Type-checks and lints the code cells of notebooks, which Deno's kernel itself never does.
 *
 * All cells of a notebook are one module, in order, so that later cells know the names of earlier ones; a name declared in two
 * cells is a finding. The notebooks of a folder are checked in one run of `deno check`.
 */
export async function checkNotebooks(paths: readonly string[]): Promise<string[]> {
  const candidates = await Promise.all(paths.map(async (path) => {
    const name = basename(path, ".ipynb");
    const file = join(dirname(path), `.${name}.${crypto.randomUUID()}.cells.ts`);
    return { path, file, module: cellModule(await readNotebook(path)) };
  }));
  const byFolder = Map.groupBy(candidates, ({ path }) => dirname(path));
  const found: string[] = [];
  try {
    await Promise.all(candidates.map(({ file, module }) => Deno.writeTextFile(file, module.code)));
    for (const [folder, inFolder] of byFolder) found.push(...await checkTypes(folder, inFolder));
  } finally {
    await Promise.all(candidates.map(({ file }) => Deno.remove(file)));
  }
  for (const candidate of candidates) found.push(...await lint(candidate));
  return found;
}

async function checkTypes(folder: string, candidates: readonly Candidate[]): Promise<string[]> {
  if (candidates.length === 0) return [];
  const { success, stderr } = await deno(["check", "--quiet", ...candidates.map(({ file }) => basename(file))], folder);
  if (success) return [];

  // A syntax error ends the check: report it and check the others.
  const syntax = /SyntaxError: (.*)[\s\S]*?at (file:\S+?):(\d+):(\d+)/.exec(stderr);
  const broken = syntax && candidates.find((candidate) => isFile(syntax[2], candidate.file));
  if (syntax && broken) {
    const [, message, , line, column] = syntax;
    const rest = candidates.filter((candidate) => candidate !== broken);
    return [`${place(broken, +line, +column)} ${message}`, ...await checkTypes(folder, rest)];
  }

  const found: string[] = [];
  for (const match of stderr.matchAll(/^(TS\d+) \[\w+\]: (.*)[\s\S]*?\n\s+at (file:\S+?):(\d+):(\d+)$/gm)) {
    const [, code, message, url, line, column] = match;
    const candidate = candidates.find(({ file }) => isFile(url, file));
    const where = candidate ? place(candidate, +line, +column) : `${fileURLToPath(url)}:${line}:${column}`;
    found.push(`${where} ${code} ${message}`);
  }
  return found.length > 0 ? found : [`${folder}: ${stderr.trim()}`];
}

/** Deno's linter, on its recommended rules: a project's own lint settings usually leave its notebooks out. */
async function lint(candidate: Candidate): Promise<string[]> {
  const args = ["lint", "--json", "--no-config", `--rules-exclude=${EXCLUDED_RULES.join(",")}`, "-"];
  const { stdout } = await deno(args, dirname(candidate.path), candidate.module.code);
  const report: { diagnostics: { range: { start: { line: number; col: number } }; code: string; message: string }[] } =
    JSON
      .parse(stdout); // its "errors" are syntax errors, which the type check has reported
  return report.diagnostics.map(({ range: { start }, code, message }) =>
    `${place(candidate, start.line, start.col + 1)} ${code} ${message}`
  );
}

function place({ path, module }: Candidate, line: number, column: number): string {
  const origin = module.origin(line);
  return `${basename(path)} ${
    origin ? `cell ${origin.cell} (${origin.id}) ${origin.line}:${column}` : "between cells"
  }`;
}

function isFile(url: string, file: string): boolean {
  return basename(fileURLToPath(url)) === basename(file); // the name is unique, the folder may be a link
}

async function deno(args: string[], cwd: string, stdin?: string) {
  const child = new Deno.Command(Deno.execPath(), {
    args,
    cwd,
    env: { NO_COLOR: "1" },
    stdin: stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const input = stdin === undefined ? undefined : new Response(stdin).body!.pipeTo(child.stdin);
  const [output] = await Promise.all([child.output(), input]);
  const decoder = new TextDecoder();
  return { success: output.success, stdout: decoder.decode(output.stdout), stderr: decoder.decode(output.stderr) };
}
