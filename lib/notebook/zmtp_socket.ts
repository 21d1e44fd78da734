import {
  ByteReader,
  type Bytes,
  checkGreeting,
  COMMAND,
  decodeCommand,
  encodeCommand,
  encodeFrame,
  encodeGreeting,
  encodeMessage,
  encodeReady,
  GREETING_LENGTH,
  MORE,
} from "./zmtp_wire.ts";

/** The ZeroMQ socket types that Jupyter uses: front ends connect with DEALER and SUB, kernels serve ROUTER, PUB and REP. */
export type SocketType = "DEALER" | "SUB" | "ROUTER" | "PUB" | "REP";

/** One ZMTP connection over TCP: whole messages go in, whole messages come out, in order. */
export class ZmtpSocket {
  readonly #connection: Deno.TcpConn;
  readonly #in: ByteReader;
  #lastWrite: Promise<unknown> = Promise.resolve();

  private constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
    this.#in = new ByteReader(connection.readable);
  }

  /** Connects to a serving socket. A DEALER's `identity` ties its channels to one session; a SUB hears every topic. */
  static async connect(
    hostname: string,
    port: number,
    type: "DEALER" | "SUB",
    identity = "",
  ): Promise<ZmtpSocket> {
    return await ZmtpSocket.over(await Deno.connect({ hostname, port }), type, identity);
  }

  /**
   * Shakes hands over an open connection. The NULL handshake is symmetric, so this serves both ends.
   *
   * @throws {Error} when the peer does not speak ZMTP 3 with the NULL mechanism, or hangs up. The connection is closed then.
   */
  static async over(connection: Deno.TcpConn, type: SocketType, identity = ""): Promise<ZmtpSocket> {
    const socket = new ZmtpSocket(connection);
    try {
      connection.setNoDelay(true);
      await socket.#write(encodeGreeting());
      const greeting = await socket.#in.take(GREETING_LENGTH);
      if (!greeting) throw new Error("Cannot talk to the peer: it hung up before its greeting was complete");
      checkGreeting(greeting);
      await socket.#write(encodeReady(type, type === "DEALER" ? identity : undefined));
      const ready = await socket.#in.frame();
      if (!ready || !(ready.flags & COMMAND) || decodeCommand(ready.body).name !== "READY") {
        throw new Error("Cannot talk to the peer: it did not answer READY with READY");
      }
      if (type === "SUB") await socket.#write(encodeFrame(0, Uint8Array.of(1))); // 1 = subscribe; no topic = every topic
      return socket;
    } catch (error) {
      socket.close();
      throw error;
    }
  }

  /** Sends one message of one or more frames. Messages leave in the order of the calls. */
  send(frames: readonly Uint8Array[]): Promise<void> {
    return this.#write(encodeMessage(frames));
  }

  /** The next message, or null when the peer has gone. Answers the peer's PINGs on the way. */
  async receive(): Promise<Bytes[] | null> {
    const frames: Bytes[] = [];
    while (true) {
      const frame = await this.#in.frame().catch(() => null); // a connection reset is a peer that has gone
      if (!frame) return null;
      if (frame.flags & COMMAND) {
        const { name, data } = decodeCommand(frame.body);
        // PING carries two bytes of time-to-live, then a context that PONG returns.
        if (name === "PING") this.#write(encodeCommand("PONG", data.subarray(2))).catch(() => {});
        continue;
      }
      frames.push(frame.body);
      if (!(frame.flags & MORE)) return frames;
    }
  }

  /** Closes the connection; a second call does nothing. */
  close(): void {
    try {
      this.#connection.close();
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error; // BadResource: already closed
    }
  }

  #write(bytes: Bytes): Promise<void> {
    const written = this.#lastWrite.then(async () => {
      for (let at = 0; at < bytes.length;) at += await this.#connection.write(bytes.subarray(at));
    });
    this.#lastWrite = written.catch(() => {});
    return written;
  }
}
