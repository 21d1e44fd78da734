import { resolve } from "node:path";

/**
 * A path as the user meant it: relative to the folder that the task was started in. `deno task` runs commands in the
 * project's folder and leaves the user's own in `INIT_CWD`.
 */
export function userPath(path: string): string {
  return resolve(Deno.env.get("INIT_CWD") || Deno.cwd(), path);
}
