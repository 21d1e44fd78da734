import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Files by which Deno knows what the names in imports mean. */
const CONFIGS = ["deno.json", "deno.jsonc", "package.json"];

/**
 * The folder in which Deno's kernel must start for the imports of a notebook to resolve.
 *
 * The kernel takes its import map from the folder it starts in or the nearest one above with a configuration. A notebook inside
 * any project starts where it is; one that lies elsewhere starts in this project, so that `recscale/...` is known there too (its
 * relative imports are then relative to this project).
 */
export function configFolder(notebookFolder: string): string {
  for (let folder = notebookFolder;; folder = dirname(folder)) {
    if (CONFIGS.some((name) => existsSync(join(folder, name)))) return notebookFolder;
    if (dirname(folder) === folder) break;
  }
  const project = new URL("../../", import.meta.url);
  return project.protocol === "file:" ? fileURLToPath(project) : notebookFolder;
}
