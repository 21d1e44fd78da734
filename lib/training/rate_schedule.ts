import { z } from "zod";

const steps = z.number().int().positive();
const finalFraction = z.number().min(0).max(1).default(0);

/** How both learning rates fall after the warm-up. `steps` counts from the start of training, warm-up included. */
export const rateScheduleSchema = z.discriminatedUnion("name", [
  z.strictObject({ name: z.literal("constant") }),
  z.strictObject({ name: z.literal("linear"), steps, finalFraction }),
  z.strictObject({ name: z.literal("cosine"), steps, finalFraction }),
  z.strictObject({ name: z.literal("inverseSquareRoot") }),
]);

/** A schedule, defaults filled in. */
export type RateSchedule = z.infer<typeof rateScheduleSchema>;

/**
 * The share of the full learning rate that step `t` (from 1) has. With `W = max(1, warmupSteps)` it is `t / W` up to step
 * W; after it, with the progress `x = min(1, (t - W) / (steps - W))` and the share f that is left at the end:
 *
 * ```text
 * constant            1
 * linear              1 - (1 - f) x
 * cosine              f + (1 - f) (1 + cos(pi x)) / 2     (Loshchilov and Hutter 2017, SGDR, equation 5, one cycle)
 * inverseSquareRoot   sqrt(W / t)                         (Vaswani et al. 2017, section 5.3)
 * ```
 *
 * The rate is a scalar input of the recorded step, so a step is never recorded again for it.
 *
 * @example
 * ```ts
 * import { rateFactor } from "recscale/training";
 * import assert from "node:assert/strict";
 *
 * const schedule = { name: "linear", steps: 12, finalFraction: 0.5 } as const;
 * assert.deepEqual([1, 2, 7, 12, 99].map((t) => rateFactor(schedule, 2, t)), [0.5, 1, 0.75, 0.5, 0.5]);
 * ```
 */
export function rateFactor(schedule: RateSchedule, warmupSteps: number, t: number): number {
  const W = Math.max(1, warmupSteps);
  if (t <= W) return t / W;
  switch (schedule.name) {
    case "constant":
      return 1;
    case "linear":
      return 1 - (1 - schedule.finalFraction) * progress(schedule.steps, W, t);
    case "cosine": {
      const f = schedule.finalFraction;
      return f + (1 - f) * (1 + Math.cos(Math.PI * progress(schedule.steps, W, t))) / 2;
    }
    case "inverseSquareRoot":
      return Math.sqrt(W / t);
  }
}

/** x: 0 at the end of the warm-up, 1 from step `steps` on. */
const progress = (steps: number, W: number, t: number): number => t >= steps ? 1 : (t - W) / (steps - W);
