import { openEngine } from "../../lib/engine/mod.ts";

/** The engine of the test process: the best there is, or what `RECSCALE_BACKEND` names. */
export const engine = await openEngine();

/** False where the tests of recording cannot run; the reason is printed, so that no one takes a skip for a pass. */
export const onTensorFlow = engine.name === "tensorflow";

if (!onTensorFlow && engine.fallbackReason) {
  console.warn(`Tests of the TensorFlow engine are SKIPPED: ${engine.fallbackReason}`);
}
