import { createHash } from "node:crypto";
import { crc32, deflateRawSync } from "node:zlib";

/** A Python package to build: its files by name, and what its `RECORD` says falsely. */
export interface FakeWheel {
  files: Record<string, string>;
  metadata?: string;
  /** Files that `RECORD` leaves out. */
  unrecorded?: string[];
  /** Files whose hash in `RECORD` is that of something else. */
  misrecorded?: string[];
}

/** The bytes of a small Python package: a deflated zip archive with `METADATA` and `RECORD`. */
export function buildWheel(
  { files, metadata = "Name: fake\n", unrecorded = [], misrecorded = [] }: FakeWheel,
): Uint8Array {
  const info = "fake-1.0.dist-info";
  const contents: Record<string, string> = { ...files, [`${info}/METADATA`]: metadata };
  const lines = Object.entries(contents).filter(([name]) => !unrecorded.includes(name)).map(([name, content]) => {
    const hashed = misrecorded.includes(name) ? `${content}?` : content;
    const sha256 = createHash("sha256").update(hashed).digest("base64url");
    return `${name.includes(",") ? `"${name}"` : name},sha256=${sha256},${new TextEncoder().encode(content).length}`;
  });
  contents[`${info}/RECORD`] = [...lines, `${info}/RECORD,,`, ""].join("\n");
  return buildZip(contents);
}

/** A zip archive of deflated text files. */
export function buildZip(files: Record<string, string>): Uint8Array {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(files)) {
    const [nameBytes, content] = [new TextEncoder().encode(name), new TextEncoder().encode(text)];
    const deflated = deflateRawSync(content);
    const common = [
      2,
      20,
      2,
      0,
      2,
      8,
      4,
      0,
      4,
      crc32(content),
      4,
      deflated.length,
      4,
      content.length,
      2,
      nameBytes.length,
      2,
      0,
    ];
    const local = [fields([4, 0x04034b50, ...common]), nameBytes, deflated];
    parts.push(...local);
    directory.push(fields([4, 0x02014b50, 2, 20, ...common, 2, 0, 2, 0, 2, 0, 4, 0, 4, offset]), nameBytes);
    offset += local.reduce((sum, { length }) => sum + length, 0);
  }
  const count = Object.keys(files).length;
  const bytes = directory.reduce((sum, { length }) => sum + length, 0);
  return concatenate([
    ...parts,
    ...directory,
    fields([4, 0x06054b50, 4, 0, 2, count, 2, count, 4, bytes, 4, offset, 2, 0]),
  ]);
}

/** Little-endian numbers, given as width in bytes and value in turn. */
function fields(widthsAndValues: number[]): Uint8Array {
  const bytes: number[] = [];
  for (let i = 0; i < widthsAndValues.length; i += 2) {
    for (let k = 0; k < widthsAndValues[i]; k++) bytes.push(Math.floor(widthsAndValues[i + 1] / 256 ** k) % 256);
  }
  return Uint8Array.from(bytes);
}

function concatenate(parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}
