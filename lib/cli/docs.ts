import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { PROJECT_ROOT } from "../experiments/study.ts";
import { main } from "./command.ts";

/** The modules whose exports are the reference: what deno.json lets a program import as `recscale/<folder>`. */
async function publicModules(): Promise<string[]> {
  const { imports } = JSON.parse(await Deno.readTextFile(join(PROJECT_ROOT, "deno.json"))) as {
    imports: Record<string, string>;
  };
  return Object.keys(imports).filter((name) => name.startsWith("recscale/")).map((name) =>
    resolve(PROJECT_ROOT, imports[name])
  );
}

/** The part of `deno doc --json` that is read here. */
interface DocJson {
  readonly nodes: Readonly<Record<string, { readonly symbols: readonly DocSymbol[] }>>;
}
interface DocSymbol {
  readonly name: string;
  readonly declarations: readonly {
    readonly kind: string;
    readonly jsDoc?: { readonly doc?: string };
    readonly location: { readonly filename: string; readonly line: number };
  }[];
}

/**
 * The exported names of `modules` without a doc comment, as `path:line name`, sorted. A name with several declarations, such as a
 * function's overloads, needs one on any of them.
 */
export async function undocumentedExports(modules: readonly string[]): Promise<string[]> {
  const { nodes } = JSON.parse(await denoDoc(["--json", ...modules])) as DocJson;
  const found = new Set<string>();
  for (const { symbols } of Object.values(nodes)) {
    for (const { name, declarations } of symbols) {
      const own = declarations.filter(({ location }) => location.filename.startsWith("file:"));
      if (own.length === 0 || own.some(({ jsDoc }) => jsDoc?.doc?.trim())) continue;
      const [{ location }] = own;
      found.add(`${relative(PROJECT_ROOT, fileURLToPath(location.filename))}:${location.line + 1} ${name}`);
    }
  }
  return [...found].sort();
}

/** Runs `deno doc` in the project and returns what it printed. */
async function denoDoc(args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--quiet", ...args],
    cwd: PROJECT_ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`Cannot read the doc comments: "deno doc" failed and said:\n${decoder.decode(stderr)}`);
  return decoder.decode(stdout);
}

if (import.meta.main) {
  await main({
    name: "docs",
    summary: "Writes the API reference from the doc comments, as HTML pages.",
    details: `
The reference has what a program can import as recscale/<folder>. An exported name without a doc comment is named, and the
status is then 1.`,
    options: {
      output: { type: "string", value: "FOLDER", default: join("docs", "api"), help: "where to write the pages" },
    },
    async run({ output }) {
      const modules = await publicModules();
      const folder = resolve(output);
      await Deno.mkdir(folder, { recursive: true }); // deno doc makes the last folder of a path only
      await denoDoc(["--html", "--name=recscale", `--output=${folder}`, ...modules]);
      console.log(`Wrote the API reference: open ${join(folder, "index.html")}`);
      const undocumented = await undocumentedExports(modules);
      for (const place of undocumented) console.error(`${place} has no doc comment`);
      return undocumented.length === 0 ? 0 : 1;
    },
  });
}
