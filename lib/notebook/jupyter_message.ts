/** Messages of the Jupyter protocol 5.3 and their signature (https://jupyter-client.readthedocs.io/en/stable/messaging.html). */
import { createHmac, timingSafeEqual } from "node:crypto";
import { type Bytes, concatBytes } from "./zmtp_wire.ts";

/** A value that JSON can write. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
/** An object that JSON can write. */
export type JsonObject = { [key: string]: Json };

/** Says which message this is, or, as a parent header, which message caused it. */
export interface Header {
  msg_id: string;
  msg_type: string;
  session: string;
  username: string;
  date: string;
  version: string;
}

/** One message; `content` depends on the type, see {@linkcode isMessage}. */
export interface Message<Content = unknown> {
  header: Header;
  parent_header: Partial<Header>;
  metadata: JsonObject;
  content: Content;
  buffers: Uint8Array[];
}

/** Representations of one value by MIME type, as displays and results carry them. */
export interface DisplayBundle {
  data: JsonObject;
  metadata?: JsonObject;
  transient?: { display_id?: string };
}

/** What a failed cell says. */
export interface ErrorContent {
  ename: string;
  evalue: string;
  traceback: string[];
}

/** The answer to an execute request. */
export interface ExecuteReply extends Partial<ErrorContent> {
  status: "ok" | "error" | "aborted";
  execution_count: number;
}

/** The contents of the message types that this library reads. */
export interface ContentByType {
  status: { execution_state: "starting" | "busy" | "idle" };
  stream: { name: "stdout" | "stderr"; text: string };
  display_data: DisplayBundle;
  update_display_data: DisplayBundle;
  execute_result: DisplayBundle & { execution_count: number };
  error: ErrorContent;
  clear_output: { wait?: boolean };
  execute_input: { code: string; execution_count: number };
  execute_reply: ExecuteReply;
}

/** Whether a message is of a type; narrows its content. */
export function isMessage<T extends keyof ContentByType>(
  message: Message,
  type: T,
): message is Message<ContentByType[T]> {
  return message.header.msg_type === type;
}

/** A new message of a session, with a fresh id. */
export function makeMessage<Content>(
  session: string,
  type: string,
  content: Content,
  parent: Partial<Header> = {},
): Message<Content> {
  const header: Header = {
    msg_id: crypto.randomUUID(),
    session,
    username: "recscale",
    date: new Date().toISOString(),
    msg_type: type,
    version: "5.3",
  };
  return { header, parent_header: parent, metadata: {}, content, buffers: [] };
}

const DELIMITER = "<IDS|MSG>";
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Turns messages into frames signed with HMAC-SHA256, and back. An empty key means no signature, as Jupyter has it. */
export class MessageSigner {
  readonly #key: string;

  constructor(key: string) {
    this.#key = key;
  }

  /** Frames of a message; `topic` goes first on the publishing channel. */
  pack(message: Message, topic?: string): Uint8Array[] {
    const parts = [message.header, message.parent_header, message.metadata, message.content]
      .map((part) => encoder.encode(JSON.stringify(part)));
    const prefix = topic === undefined ? [] : [encoder.encode(topic)];
    return [...prefix, encoder.encode(DELIMITER), encoder.encode(this.#sign(parts)), ...parts, ...message.buffers];
  }

  /**
   * The message in a list of frames.
   *
   * @throws {Error} when the frames are no Jupyter message or the signature does not fit: someone without the key sent it.
   */
  unpack(frames: readonly Bytes[]): Message {
    const at = frames.findIndex((frame) => frame.length === DELIMITER.length && decoder.decode(frame) === DELIMITER);
    if (at < 0 || frames.length < at + 6) {
      throw new Error(
        `Cannot read a Jupyter message: got ${frames.length} frames, wanted ${DELIMITER} and five after it`,
      );
    }
    const parts = frames.slice(at + 2, at + 6);
    const wanted = encoder.encode(this.#sign(parts));
    const got = frames[at + 1];
    if (got.length !== wanted.length || !timingSafeEqual(got, wanted)) {
      throw new Error("Cannot trust a Jupyter message: its signature does not fit the connection's key");
    }
    const [header, parent_header, metadata, content] = parts.map((part) => JSON.parse(decoder.decode(part)));
    return { header, parent_header, metadata, content, buffers: frames.slice(at + 6) };
  }

  #sign(parts: readonly Uint8Array[]): string {
    return this.#key === "" ? "" : createHmac("sha256", this.#key).update(concatBytes(parts)).digest("hex");
  }
}

/** The connection file that Jupyter hands to a kernel. */
export interface ConnectionInfo {
  transport: "tcp";
  ip: string;
  key: string;
  signature_scheme: "hmac-sha256";
  shell_port: number;
  iopub_port: number;
  stdin_port: number;
  control_port: number;
  hb_port: number;
}
