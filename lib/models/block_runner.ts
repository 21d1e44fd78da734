import type * as tf from "@tensorflow/tfjs";
import { recompute } from "../engine/recompute.ts";
import type { Block, Parameters, RunBlock } from "./block.ts";

/** What may be done to blocks on their way through the forward pass. */
export interface BlockRunnerOptions {
  /**
   * Makes the parameters that a block computes with from those that are trained: a mask multiplies them, a sharded
   * strategy gathers them. Must be differentiable.
   */
  readonly transform?: (block: Block, parameters: Parameters) => Parameters;
  /** Blocks whose intermediate tensors are computed again in the backward pass instead of kept. */
  readonly recompute?: (block: Block) => boolean;
}

/** How blocks are run over the given parameters of a whole model. */
export function blockRunner(parameters: Parameters, options: BlockRunnerOptions = {}): RunBlock {
  const transform = options.transform ?? ((_, own) => own);
  return (block, ...inputs) => {
    const names = block.parameters.map((parameter) => parameter.name);
    const own = Object.fromEntries(names.map((name) => [name, parameters[name]]));
    if (!options.recompute?.(block)) return block.forward(transform(block, own), ...inputs);
    return recompute((...tensors: tf.Tensor[]) => {
      const again = Object.fromEntries(names.map((name, i) => [name, tensors[i]]));
      return block.forward(transform(block, again), ...tensors.slice(names.length));
    }, [...Object.values(own), ...inputs]);
  };
}
