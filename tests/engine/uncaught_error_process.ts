/** A process that ends by an uncaught error: `idle`, or with a step `inFlight`. See uncaught_error.test.ts. */
import * as tf from "@tensorflow/tfjs";
import type { HostTensor } from "../../lib/engine/mod.ts";
import { engine } from "./open_test_engine.ts";

const x = { data: new Float32Array(512 * 512).fill(1 / 512), shape: [512, 512] };
const step = engine.compileStep<{ x: HostTensor }>(({ x }) => {
  let y = x as tf.Tensor2D;
  for (let i = 0; i < 200; i++) y = tf.matMul(y, x as tf.Tensor2D); // 54 GFLOP: half a second
  return { y: tf.sum(y) };
}, { name: "long" });

if (Deno.args[0] === "inFlight") {
  await step.run({ x });
  step.run({ x }).then(() => console.log("the step has ended"));
  await new Promise((resolve) => setTimeout(resolve, 20));
} else {
  tf.tidy(() => tf.add(tf.tensor1d([1, 2]), 1));
}
throw new Error("nobody catches this");
