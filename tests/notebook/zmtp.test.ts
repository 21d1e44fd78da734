import assert from "node:assert/strict";
import { MessageSigner } from "../../lib/notebook/jupyter_message.ts";
import { ZmtpServer } from "../../lib/notebook/zmtp_server.ts";
import { ZmtpSocket } from "../../lib/notebook/zmtp_socket.ts";
import {
  ByteReader,
  checkGreeting,
  encodeGreeting,
  encodeMessage,
  encodeReady,
  MORE,
} from "../../lib/notebook/zmtp_wire.ts";
import recorded from "../fixtures/notebook/zmtp_pyzmq.json" with { type: "json" };

function bytes(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromHex(hex);
}

/** A stream that hands out its bytes in pieces of an awkward size, as TCP does. */
function inPieces(all: Uint8Array, size: number): ReadableStream<Uint8Array> {
  const pieces = Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
  return ReadableStream.from(pieces);
}

Deno.test("messages are encoded byte for byte as libzmq encodes them", () => {
  for (const { name, frames, wire } of recorded.messages) {
    assert.equal(encodeMessage(frames.map(bytes)).toHex(), wire, name);
  }
});

Deno.test("READY is encoded byte for byte as libzmq encodes it", () => {
  assert.equal(encodeReady("DEALER", "session-1").toHex(), recorded.ready);
});

Deno.test("libzmq's greeting is accepted; another mechanism or protocol is refused by name", () => {
  checkGreeting(bytes(recorded.greeting));
  const plain = encodeGreeting();
  plain.set(new TextEncoder().encode("PLAIN"), 12);
  assert.throws(() => checkGreeting(plain), /mechanism "PLAIN", wanted "NULL"/);
  const old = encodeGreeting();
  old[10] = 1;
  assert.throws(() => checkGreeting(old), /version 1, wanted ZMTP 3/);
});

Deno.test("frames that libzmq sent are read back, however TCP cuts them", async () => {
  const all = bytes(recorded.messages.map(({ wire }) => wire).join(""));
  for (const size of [1, 7, 300, all.length]) {
    const reader = new ByteReader(inPieces(all, size));
    for (const { name, frames } of recorded.messages) {
      for (const [i, frame] of frames.entries()) {
        const got = await reader.frame();
        assert.equal(got?.body.toHex(), frame, `${name}, pieces of ${size}`);
        assert.equal((got!.flags & MORE) !== 0, i < frames.length - 1, name);
      }
    }
    assert.equal(await reader.frame(), null);
  }
});

Deno.test("messages are packed and signed as jupyter_client does it, and its own are accepted", () => {
  const { key, message, frames } = recorded.signed;
  const signer = new MessageSigner(key);
  const received = signer.unpack(frames.map(bytes));
  assert.deepEqual({ ...received, buffers: undefined }, { ...message, buffers: undefined });
  // Field order and JSON spacing are free, the signature is over the bytes: sign jupyter_client's own bytes.
  const repacked = signer.unpack(signer.pack(received, "topic") as Uint8Array<ArrayBuffer>[]);
  assert.deepEqual(repacked, received);
  const forged = frames.map(bytes);
  forged.at(-1)![0] ^= 1;
  assert.throws(() => signer.unpack(forged), /signature does not fit/);
  assert.throws(() => new MessageSigner("another key").unpack(frames.map(bytes)), /signature does not fit/);
});

Deno.test("server and client exchange large and many messages in order, and a subscriber hears broadcasts", async () => {
  const router = new ZmtpServer("ROUTER", "127.0.0.1", 0);
  const publisher = new ZmtpServer("PUB", "127.0.0.1", 0);
  router.onMessage = (frames, peer) => void peer.send(frames);
  const dealer = await ZmtpSocket.connect("127.0.0.1", router.port, "DEALER", "me");
  const subscriber = await ZmtpSocket.connect("127.0.0.1", publisher.port, "SUB");
  try {
    const large = crypto.getRandomValues(new Uint8Array(65_536));
    const messages = Array.from({ length: 50 }, (_, i) => [Uint8Array.of(i), large, new Uint8Array(i * 7)]);
    for (const message of messages) dealer.send(message);
    for (const message of messages) {
      assert.deepEqual(await dealer.receive(), message);
    }
    const heard = subscriber.receive();
    let arrived = false;
    heard.then(() => arrived = true);
    while (!arrived) { // the subscription is on its way
      await publisher.broadcast([Uint8Array.of(42)]);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    assert.deepEqual(await heard, [Uint8Array.of(42)]);
  } finally {
    dealer.close();
    subscriber.close();
    router.close();
    publisher.close();
  }
});
