import { chmod, mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheFolder } from "../engine/library/mod.ts";

/** A Chromium on disk, and what its environment needs. */
export interface UnpackedChromium {
  readonly executable: string;
  /** Variables to add to the browser's environment: where fonts are. */
  readonly env: Readonly<Record<string, string>>;
  /** A folder with the NSS and expat libraries, for a machine that has none of its own. */
  readonly libraries: string;
}

/** What the archives of the package unpack to. */
const archives = ["chromium.br", "fonts.tar.br", "al2023.tar.br"];

/**
 * The Chromium that `npm:@sparticuz/chromium` carries (Linux x86-64; 67 MB compressed, 209 MB unpacked), unpacked on first
 * use into `chromium-<version>` in the project's cache folder, or, when that cannot be written, in a folder of this user's
 * own in the temporary folder.
 *
 * Safe to call from several processes at once: each unpacks into a folder of its own and renames it into place; who comes
 * second throws its copy away. What a killed process left half unpacked is removed an hour later by the next unpacking.
 *
 * Throws when the package has no binary for this machine, or nothing can be written.
 */
export async function bundledChromium(): Promise<UnpackedChromium> {
  if (Deno.build.os !== "linux" || Deno.build.arch !== "x86_64") {
    throw new Error(`npm:@sparticuz/chromium has no binary for ${Deno.build.os} ${Deno.build.arch}`);
  }
  const bin = join(dirname(fileURLToPath(import.meta.resolve("@sparticuz/chromium"))), "..", "bin");
  const { version } = JSON.parse(await Deno.readTextFile(join(bin, "..", "package.json"))) as { version: string };
  const parent = await writableCache();
  const folder = join(parent, `chromium-${version}`);
  if (!await exists(folder)) await unpackTo(folder, bin);
  return {
    executable: join(folder, "chromium"),
    env: { FONTCONFIG_FILE: join(folder, "fonts.conf") },
    libraries: join(folder, "al2023", "lib"),
  };
}

async function unpackTo(folder: string, bin: string): Promise<void> {
  const parent = dirname(folder);
  await removeAbandoned(parent);
  const partial = await Deno.makeTempDir({ dir: parent, prefix: "partial-" });
  try {
    await inflateInto(partial, archives.map((archive) => join(bin, archive)));
    await chmod(join(partial, "chromium"), 0o755);
    await writeFile(join(partial, "fonts.conf"), fontsConf(join(folder, "fonts")));
    await rename(partial, folder).catch(async (error) => {
      if (!await exists(folder)) throw error; // else another process was first
    });
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

/**
 * `inflate` of the package writes to the system's temporary folder under fixed names, which other processes and users
 * share. It asks for that folder once, before its first await, so pointing `TMPDIR` elsewhere for that moment is enough.
 */
async function inflateInto(folder: string, files: readonly string[]): Promise<void> {
  const { inflate } = await import("@sparticuz/chromium");
  const before = Deno.env.get("TMPDIR");
  Deno.env.set("TMPDIR", folder);
  let inflating: Promise<string[]>;
  try {
    inflating = Promise.all(files.map((file) => inflate(file)));
  } finally {
    if (before === undefined) Deno.env.delete("TMPDIR");
    else Deno.env.set("TMPDIR", before);
  }
  for (const path of await inflating) {
    if (dirname(path) !== folder) {
      throw new Error(`npm:@sparticuz/chromium unpacked to ${path}, wanted a path in ${folder}`);
    }
  }
}

/** The fonts of the system, if it has any, and those of the package (Open Sans), so that text never comes out empty. */
function fontsConf(fonts: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>${fonts}</dir>
  <cachedir>${join(dirname(fonts), "font-cache")}</cachedir>
</fontconfig>
`;
}

async function writableCache(): Promise<string> {
  const home = cacheFolder();
  try {
    await mkdir(home, { recursive: true });
    await rm(await Deno.makeTempFile({ dir: home }));
    return home;
  } catch {
    const own = join(tmpdir(), `recscale-${Deno.uid()}`);
    await mkdir(own, { recursive: true, mode: 0o700 });
    const { uid } = await stat(own);
    if (uid !== Deno.uid()) throw new Error(`${own} belongs to another user`);
    return own;
  }
}

async function removeAbandoned(parent: string): Promise<void> {
  const hourAgo = Date.now() - 3_600_000;
  for (const name of await readdir(parent)) {
    if (!name.startsWith("partial-")) continue;
    const path = join(parent, name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Infinity }));
    if (mtimeMs < hourAgo) await rm(path, { recursive: true, force: true });
  }
}

const exists = (path: string): Promise<boolean> => stat(path).then(() => true, () => false);
