import assert from "node:assert/strict";
import { StreamBuffer } from "../../lib/notebook/stream_buffer.ts";

Deno.test("pieces of one stream are joined, a change of stream keeps the order, and a pause emits what waits", async () => {
  const emitted: string[] = [];
  const buffer = new StreamBuffer((name, text) => emitted.push(`${name}:${text}`));
  for (const text of ["a", "b", "c"]) buffer.add("stdout", text);
  assert.deepEqual(emitted, []);
  buffer.add("stderr", "e");
  assert.deepEqual(emitted, ["stdout:abc"]);
  buffer.flush();
  buffer.flush();
  assert.deepEqual(emitted, ["stdout:abc", "stderr:e"]);
  buffer.add("stderr", "late");
  await new Promise((resolve) => setTimeout(resolve, 120));
  assert.deepEqual(emitted, ["stdout:abc", "stderr:e", "stderr:late"]);
});
