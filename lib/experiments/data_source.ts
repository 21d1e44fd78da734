import { dirname, resolve } from "node:path";
import { type DataConfig, parseDataConfig } from "../data/data_config.ts";

/** A data config, and where its relative file names start from. */
export interface DataSource {
  readonly config: DataConfig;
  readonly directory: string;
  /**
   * Names the content of the data, so that a run on other files of the same name is another run: null for synthetic
   * data, whose config determines every example.
   */
  readonly fingerprint: string | null;
}

/**
 * Reads a data config from a JSON file.
 *
 * @throws {Error} naming the file when it is missing, no JSON, or no data config
 */
export async function loadDataSource(path: string): Promise<DataSource> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error(`Cannot read the data config ${path}: there is no such file.`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`Cannot read the data config ${path}: it is not JSON (${(error as Error).message}).`);
  }
  return await dataSource(parseDataConfig(value, path), dirname(path));
}

/** A data source from a config in hand. */
export async function dataSource(config: DataConfig, directory = "."): Promise<DataSource> {
  return { config, directory, fingerprint: config.kind === "log" ? await fingerprint(config.files, directory) : null };
}

const EDGE = 1 << 20;

/** SHA-256 over the sizes and the first and last megabyte of the files, in order: quick for files of any size. */
async function fingerprint(files: readonly string[], directory: string): Promise<string> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (const name of files) {
    if (/[*?[]/.test(name)) { // a glob: its names and sizes change when its files do
      parts.push(new TextEncoder().encode(name));
      continue;
    }
    using file = await openNamed(name, directory);
    const { size } = await file.stat();
    parts.push(new TextEncoder().encode(`${name}:${size}:`), await edge(file, 0, Math.min(EDGE, size)));
    if (size > EDGE) parts.push(await edge(file, Math.max(EDGE, size - EDGE), Math.min(EDGE, size - EDGE)));
  }
  const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex().slice(0, 16);
}

async function openNamed(name: string, directory: string): Promise<Deno.FsFile> {
  try {
    return await Deno.open(resolve(directory, name));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error(
      `Cannot read ${name}, which the data config names: there is no such file in ${resolve(directory)}.`,
    );
  }
}

async function edge(file: Deno.FsFile, from: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  await file.seek(from, Deno.SeekMode.Start);
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const read = await file.read(bytes.subarray(at));
    if (read === null) break;
    at += read;
  }
  return bytes;
}
