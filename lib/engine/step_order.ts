import { checkCount } from "./check_count.ts";
import type { CompiledStep, StepInputs, StepOptions, StepResults } from "./engine.ts";

/** How an engine runs a step whose turn it is. {@link StepOrder} makes a {@link CompiledStep} of it. */
export interface StepBody<I extends StepInputs> {
  run(inputs: I): Promise<StepResults>;
  dispose(): void;
}

/**
 * The order of an engine's steps: one at a time, in the order in which they were started. Two that ran side by side
 * would read each other's half-updated variables.
 */
export class StepOrder {
  #last: Promise<unknown> = Promise.resolve();

  /** The step that runs `body` in its turn, with what all engines promise: abort, checked inputs, named errors. */
  step<I extends StepInputs>(body: StepBody<I>, { name }: StepOptions): CompiledStep<I> {
    const runNow = async (inputs: I, signal?: AbortSignal): Promise<StepResults> => {
      signal?.throwIfAborted();
      try {
        for (const [key, input] of Object.entries(inputs)) {
          if (!("table" in input)) checkCount(`input ${key}`, input.shape, input.data);
        }
        return await body.run(inputs);
      } catch (error) {
        throw new Error(`Step "${name}" failed: ${error instanceof Error ? error.message : error}`, { cause: error });
      }
    };
    return {
      run: (inputs, signal) => {
        const turn = this.#last.then(() => runNow(inputs, signal));
        this.#last = turn.catch(() => {}); // the caller hears of it; the next step goes on
        return turn;
      },
      dispose: () => body.dispose(),
    };
  }
}
