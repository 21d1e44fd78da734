/**
 * The safetensors file format (version 0.x): an 8-byte little-endian header length, a JSON header with dtype, shape and
 * byte range of each array, then the raw bytes. It holds data only: reading a file can run nothing.
 */

/** Arrays by name; all are float32 and one-dimensional here: shapes are the model's business. */
export type NamedArrays = Readonly<Record<string, Float32Array<ArrayBuffer>>>;

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

const LENGTH_BYTES = 8, ALIGNMENT = 8;

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

/**
 * Packs arrays and text metadata; the SHA-256 of the data goes into the metadata as `sha256`.
 *
 * @example
 * ```ts
 * import { packSafetensors, unpackSafetensors } from "recscale/training";
 * import assert from "node:assert/strict";
 *
 * const bytes = await packSafetensors({ weights: Float32Array.of(1, 2) }, { step: "7" });
 * const { arrays, metadata } = await unpackSafetensors(bytes, "model.safetensors");
 * assert.deepEqual([...arrays.weights], [1, 2]);
 * assert.equal(metadata.step, "7");
 * ```
 */
export async function packSafetensors(
  arrays: NamedArrays,
  metadata: Readonly<Record<string, string>>,
): Promise<Uint8Array<ArrayBuffer>> {
  const size = Object.values(arrays).reduce((sum, array) => sum + array.byteLength, 0);
  const data = new Uint8Array(size);
  const header: Record<string, unknown> = {};
  let at = 0;
  for (const [name, array] of Object.entries(arrays)) {
    data.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    header[name] = { dtype: "F32", shape: [array.length], data_offsets: [at, at + array.byteLength] } satisfies Entry;
    at += array.byteLength;
  }
  header.__metadata__ = { ...metadata, sha256: await sha256(data) };
  let json = new TextEncoder().encode(JSON.stringify(header));
  const padding = (ALIGNMENT - json.length % ALIGNMENT) % ALIGNMENT;
  json = new TextEncoder().encode(JSON.stringify(header) + " ".repeat(padding));
  const file = new Uint8Array(LENGTH_BYTES + json.length + size);
  new DataView(file.buffer).setBigUint64(0, BigInt(json.length), true);
  file.set(json, LENGTH_BYTES);
  file.set(data, LENGTH_BYTES + json.length);
  return file;
}

/**
 * Reads what {@link packSafetensors} packed.
 *
 * @param source what the bytes are called in errors
 * @throws {Error} when the file is cut short, is not safetensors, or its data do not match its checksum.
 */
export async function unpackSafetensors(
  file: Uint8Array<ArrayBuffer>,
  source: string,
): Promise<{ arrays: Record<string, Float32Array<ArrayBuffer>>; metadata: Record<string, string> }> {
  const damaged = (why: string) => new Error(`Cannot read ${source}: ${why}. The file is damaged or incomplete.`);
  if (file.length < LENGTH_BYTES) throw damaged(`it has ${file.length} bytes, fewer than its length field`);
  const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  const start = LENGTH_BYTES + length;
  if (start > file.length) throw damaged(`its header should have ${length} bytes`);
  const header = parseHeader(file.subarray(LENGTH_BYTES, start), damaged);
  const { __metadata__: metadata = {}, ...entries } = header;
  const data = file.subarray(start);
  if (await sha256(data) !== metadata.sha256) throw damaged("its data do not match its checksum");
  const arrays: Record<string, Float32Array<ArrayBuffer>> = {};
  for (const [name, { dtype, data_offsets: [from, to] }] of Object.entries(entries as Record<string, Entry>)) {
    if (dtype !== "F32") throw new Error(`Cannot read array "${name}" of ${source}: wanted F32, got ${dtype}.`);
    arrays[name] = new Float32Array(data.slice(from, to).buffer);
  }
  return { arrays, metadata };
}

type Header = { __metadata__?: Record<string, string> } & Record<string, unknown>;

function parseHeader(bytes: Uint8Array, damaged: (why: string) => Error): Header {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw damaged("its header is not JSON");
  }
}
