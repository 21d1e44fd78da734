import { join } from "node:path";
import { type NamedArrays, packSafetensors, unpackSafetensors } from "./safetensors.ts";

/** What a run needs to go on where it was. */
export interface Checkpoint {
  /** Examples trained on so far: where the stream goes on. */
  readonly examples: number;
  readonly arrays: NamedArrays;
  /** Further state as plain JSON. */
  readonly state: unknown;
}

/** The checkpoints of one run in one folder: the last two are kept. */
export interface CheckpointStore {
  save(checkpoint: Checkpoint): Promise<void>;
  /** The newest checkpoint that is whole, or null. Damaged ones are skipped; `onDamaged` hears of each. */
  latest(onDamaged?: (message: string) => void): Promise<Checkpoint | null>;
  /** Removes all checkpoints of the run: it has ended. */
  clear(): Promise<void>;
}

const KEPT = 2;
const NAME = /^checkpoint-(\d{15})\.safetensors$/;

/**
 * Checkpoints in `folder`, each one safetensors file that others can read, written beside and renamed, so that a crash
 * at any moment leaves the previous one.
 *
 * @param run names the run; a checkpoint of another run in the same folder is an error, never silently used
 */
export function checkpointStore(folder: string, run: string): CheckpointStore {
  const files = async (): Promise<string[]> => {
    const found: string[] = [];
    try {
      for await (const { name } of Deno.readDir(folder)) if (NAME.test(name)) found.push(name);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    return found.sort().reverse();
  };
  const read = async (name: string): Promise<Checkpoint> => {
    const path = join(folder, name);
    const { arrays, metadata } = await unpackSafetensors(await Deno.readFile(path), path);
    if (metadata.run !== run) {
      throw new WrongRun(
        `Cannot resume from ${path}: it belongs to run ${metadata.run}, and this is run ${run}. ` +
          `Give another --checkpoint folder, or the same data, model, training settings and seed.`,
      );
    }
    return { examples: Number(metadata.examples), arrays, state: JSON.parse(metadata.state) };
  };
  return {
    async save({ examples, arrays, state }) {
      await Deno.mkdir(folder, { recursive: true });
      const metadata = { run, examples: String(examples), state: JSON.stringify(state) };
      const path = join(folder, `checkpoint-${String(examples).padStart(15, "0")}.safetensors`);
      await writeAtomically(path, await packSafetensors(arrays, metadata));
      for (const old of (await files()).slice(KEPT)) await Deno.remove(join(folder, old));
    },
    async latest(onDamaged = () => {}) {
      for (const name of await files()) {
        try {
          return await read(name);
        } catch (error) {
          if (error instanceof WrongRun) throw error;
          onDamaged(error instanceof Error ? error.message : String(error));
        }
      }
      return null;
    },
    async clear() {
      for (const name of await files()) await Deno.remove(join(folder, name));
    },
  };
}

class WrongRun extends Error {}

/** Writes a file so that it is either whole under its name or not there: beside, flushed to disk, renamed. */
async function writeAtomically(path: string, bytes: Uint8Array): Promise<void> {
  const beside = `${path}.${Deno.pid}.part`;
  using file = await Deno.open(beside, { write: true, create: true, truncate: true });
  for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
  await file.sync();
  await Deno.rename(beside, path);
}
