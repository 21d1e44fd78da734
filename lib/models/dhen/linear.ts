import type { InteractionModule, ModuleOptions } from "./interaction_module.ts";
import { tokenMixing } from "./token_mixing.ts";

/** Equation 6: `u = W X`, raw information without interaction, mixed over the embeddings. */
export function linearModule({ name, tokens: { m, d }, outputs, zeroStart }: ModuleOptions): InteractionModule {
  const mixing = tokenMixing(`${name}/weights`, { inputs: m, outputs, dim: d, zeroStart });
  return { outputs, parameters: [mixing.parameter], flops: mixing.flops, forward: (p, x) => mixing.forward(p, x) };
}
