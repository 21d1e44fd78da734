import { inflateSync } from "node:zlib";

/** A decoded image: `rgba` is `[height, width, 4]`. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8Array;
}

/** Decodes a PNG with 8 bits a channel, RGB or RGBA, not interlaced: what Chromium writes (PNG specification, section 9). */
export function pngPixels(png: Uint8Array): Pixels {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  if (view.getUint32(0) !== 0x89504e47) throw new Error("not a PNG");
  let width = 0, height = 0, channels = 0;
  const packed: Uint8Array[] = [];
  for (let at = 8; at < png.length;) {
    const length = view.getUint32(at), type = new TextDecoder().decode(png.subarray(at + 4, at + 8));
    if (type === "IHDR") {
      [width, height] = [view.getUint32(at + 8), view.getUint32(at + 12)];
      channels = { 2: 3, 6: 4 }[png[at + 17]] ?? 0;
      if (png[at + 16] !== 8 || channels === 0 || png[at + 20] !== 0) throw new Error("a PNG this test cannot read");
    }
    if (type === "IDAT") packed.push(png.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  const raw = inflateSync(Uint8Array.from(packed.flatMap((part) => [...part])));
  const stride = width * channels;
  const lines = new Uint8Array(height * stride);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)];
    for (let x = 0; x < stride; x++) {
      const here = y * stride + x;
      const left = x >= channels ? lines[here - channels] : 0;
      const up = y > 0 ? lines[here - stride] : 0;
      const upLeft = y > 0 && x >= channels ? lines[here - stride - channels] : 0;
      const predicted = [0, left, up, (left + up) >> 1, paeth(left, up, upLeft)][filter];
      lines[here] = raw[y * (stride + 1) + 1 + x] + predicted;
    }
  }
  const rgba = new Uint8Array(width * height * 4).fill(255);
  for (let k = 0; k < width * height; k++) rgba.set(lines.subarray(k * channels, (k + 1) * channels), k * 4);
  return { width, height, rgba };
}

function paeth(left: number, up: number, upLeft: number): number {
  const guess = left + up - upLeft;
  const [a, b, c] = [left, up, upLeft].map((value) => Math.abs(guess - value));
  return a <= b && a <= c ? left : b <= c ? up : upLeft;
}
