/**
 * Bytes of the ZeroMQ Message Transport Protocol 3.0 (https://rfc.zeromq.org/spec/23/), NULL security mechanism: the part of
 * ZeroMQ that a Jupyter kernel and its front end exchange over TCP.
 */

/** Frame flag: another frame of the same message follows. */
export const MORE = 1;
/** Frame flag: the length takes eight bytes instead of one. */
export const LONG = 2;
/** Frame flag: a command of the protocol itself, not a message. */
export const COMMAND = 4;

/** Length of the greeting each side sends first. */
export const GREETING_LENGTH = 64;

/** Bytes that own their memory, as sockets and hashes want them. */
export type Bytes = Uint8Array<ArrayBuffer>;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Joins byte arrays into one. */
export function concatBytes(parts: readonly Uint8Array[]): Bytes {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** One frame: flags, length (one byte below 256, otherwise eight, big-endian), body. */
export function encodeFrame(flags: number, body: Uint8Array): Bytes {
  if (body.length < 256) return concatBytes([Uint8Array.of(flags, body.length), body]);
  const head = new Uint8Array(9);
  head[0] = flags | LONG;
  new DataView(head.buffer).setBigUint64(1, BigInt(body.length));
  return concatBytes([head, body]);
}

/** One message: every frame but the last is flagged {@linkcode MORE}. */
export function encodeMessage(frames: readonly Uint8Array[]): Bytes {
  return concatBytes(frames.map((frame, i) => encodeFrame(i < frames.length - 1 ? MORE : 0, frame)));
}

/** A command frame: the name after its length, then the command's own data. */
export function encodeCommand(name: string, data: Uint8Array): Bytes {
  return encodeFrame(COMMAND, concatBytes([Uint8Array.of(name.length), encoder.encode(name), data]));
}

/** The name and the data of a command frame's body. */
export function decodeCommand(body: Uint8Array): { name: string; data: Uint8Array } {
  const end = 1 + body[0];
  return { name: decoder.decode(body.subarray(1, end)), data: body.subarray(end) };
}

/** The READY command that ends the NULL handshake: socket type and, for a DEALER, its identity. */
export function encodeReady(socketType: string, identity?: string): Bytes {
  const properties = [property("Socket-Type", socketType)];
  if (identity !== undefined) properties.push(property("Identity", identity));
  return encodeCommand("READY", concatBytes(properties));
}

function property(name: string, value: string): Bytes {
  const bytes = encoder.encode(value);
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, bytes.length);
  return concatBytes([Uint8Array.of(name.length), encoder.encode(name), length, bytes]);
}

/** The greeting: signature, version 3.0, mechanism NULL, zero padding. */
export function encodeGreeting(): Bytes {
  const greeting = new Uint8Array(GREETING_LENGTH);
  greeting[0] = 0xff;
  greeting[9] = 0x7f;
  greeting[10] = 3;
  greeting.set(encoder.encode("NULL"), 12);
  return greeting;
}

/**
 * Refuses a peer that is not ZMTP 3 or wants authentication.
 *
 * @throws {Error} naming the version or mechanism that came.
 */
export function checkGreeting(greeting: Uint8Array): void {
  if (greeting[0] !== 0xff || greeting[10] < 3) {
    throw new Error(
      `Cannot talk to the peer: it greets with bytes ${greeting[0]}, version ${greeting[10]}, wanted ZMTP 3`,
    );
  }
  const mechanism = decoder.decode(greeting.subarray(12, 32)).replace(/\0+$/, "");
  if (mechanism !== "NULL") {
    throw new Error(`Cannot talk to the peer: it wants mechanism "${mechanism}", wanted "NULL"`);
  }
}

/** Cuts exact byte counts out of a stream of chunks. */
export class ByteReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #chunks: Uint8Array[] = [];
  #have = 0;

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader();
  }

  /** The next `count` bytes, or null when the stream ends before them. */
  async take(count: number): Promise<Bytes | null> {
    while (this.#have < count) {
      const { value, done } = await this.#reader.read();
      if (done) return null;
      this.#chunks.push(value);
      this.#have += value.length;
    }
    const taken = new Uint8Array(count);
    for (let at = 0; at < count;) {
      const chunk = this.#chunks[0];
      const part = chunk.subarray(0, count - at);
      taken.set(part, at);
      at += part.length;
      if (part.length === chunk.length) this.#chunks.shift();
      else this.#chunks[0] = chunk.subarray(part.length);
    }
    this.#have -= count;
    return taken;
  }

  /** The next frame, or null when the stream ends before it. */
  async frame(): Promise<{ flags: number; body: Bytes } | null> {
    const head = await this.take(2);
    if (!head) return null;
    let length = head[1];
    if (head[0] & LONG) {
      const rest = await this.take(7);
      if (!rest) return null;
      length = Number(new DataView(concatBytes([head.subarray(1), rest]).buffer).getBigUint64(0));
    }
    const body = await this.take(length);
    return body && { flags: head[0], body };
  }
}
