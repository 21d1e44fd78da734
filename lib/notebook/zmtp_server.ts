import type { Bytes } from "./zmtp_wire.ts";
import { ZmtpSocket } from "./zmtp_socket.ts";

/** The serving side of one kernel channel: accepts any number of peers on a port. */
export class ZmtpServer {
  /** Called with every message a peer sends, one at a time and in order. */
  onMessage: (frames: Bytes[], peer: ZmtpSocket) => void = () => {};
  readonly #type: "ROUTER" | "PUB" | "REP";
  readonly #listener: Deno.TcpListener;
  readonly #peers = new Set<ZmtpSocket>();
  readonly #subscribers = new Set<ZmtpSocket>();

  /** Listens at once; `port` 0 takes a free one. */
  constructor(type: "ROUTER" | "PUB" | "REP", hostname: string, port: number) {
    this.#type = type;
    this.#listener = Deno.listen({ hostname, port });
    this.#accept();
  }

  /** The port that peers connect to. */
  get port(): number {
    return this.#listener.addr.port;
  }

  /** Sends a message to every subscriber; one that has gone is forgotten. Resolves when all bytes are written. */
  async broadcast(frames: readonly Uint8Array[]): Promise<void> {
    await Promise.all(
      [...this.#subscribers].map((peer) => peer.send(frames).catch(() => this.#subscribers.delete(peer))),
    );
  }

  /** Stops listening and hangs up on every peer. */
  close(): void {
    this.#listener.close();
    for (const peer of this.#peers) peer.close();
  }

  async #accept(): Promise<void> {
    // A peer that breaks off its handshake must not end the server.
    for await (const connection of this.#listener) this.#serve(connection).catch(() => {});
  }

  async #serve(connection: Deno.TcpConn): Promise<void> {
    const peer = await ZmtpSocket.over(connection, this.#type);
    this.#peers.add(peer);
    for (let frames; (frames = await peer.receive());) {
      if (this.#type !== "PUB") this.onMessage(frames, peer);
      else if (frames[0][0] === 1) this.#subscribers.add(peer); // Jupyter front ends subscribe to every topic
      else this.#subscribers.delete(peer);
    }
    this.#subscribers.delete(peer);
    this.#peers.delete(peer);
    peer.close();
  }
}
