import { z } from "zod";
import { rateScheduleSchema } from "./rate_schedule.ts";

const positive = z.number().positive();
const fraction = z.number().min(0).lt(1);
/** 100,000 rows of width 16 cost about a millisecond a step to average: more than that is no small table. */
const MOST_AVERAGED_ROWS = 100_000;
/** The accumulator starts at 0, as in PyTorch and FBGEMM: gradients of a mean loss are small beside 0.1. */
const adagrad = { initialAccumulator: z.number().min(0).default(0), epsilon: positive.default(1e-8) };

const adam = { beta1: fraction.default(0.9), beta2: fraction.default(0.999), epsilon: positive.default(1e-8) };

const denseOptimizer = z.discriminatedUnion("name", [
  z.strictObject({ name: z.literal("adam"), ...adam }),
  /** Adam with decoupled weight decay (Loshchilov and Hutter 2019) of all dense parameters; PyTorch's default decay. */
  z.strictObject({ name: z.literal("adamw"), ...adam, weightDecay: z.number().min(0).default(0.01) }),
  z.strictObject({ name: z.literal("adagrad"), ...adagrad }),
  z.strictObject({ name: z.literal("sgd") }),
]);

const sparseOptimizer = z.discriminatedUnion("name", [
  z.strictObject({ name: z.literal("rowwiseAdagrad"), ...adagrad }),
  z.strictObject({ name: z.literal("adagrad"), ...adagrad }),
  z.strictObject({ name: z.literal("sgd") }),
]);

/** How a model is trained: everything that changes its losses, and nothing that does not. */
export const trainingConfigSchema = z.strictObject({
  batchSize: z.number().int().positive().default(1024),
  /** The dense parameters: the weights and biases of all blocks. */
  dense: z.strictObject({
    optimizer: denseOptimizer,
    learningRate: positive,
    /** Gradients of the dense parameters are scaled so that their common norm is at most this. Absent: they are not. */
    clipNorm: positive.optional(),
  }).prefault({ optimizer: { name: "adam" }, learningRate: 2e-3 }),
  /** The rows of the embedding tables. */
  embedding: z.strictObject({
    optimizer: sparseOptimizer,
    learningRate: positive,
    /**
     * Tables of at most so many rows are averaged as the dense weights are, and predictions use the average. Larger ones
     * keep their latest rows: an average touches every row at every step. Absent: no table is averaged.
     */
    averageMaxRows: z.number().int().positive().max(MOST_AVERAGED_ROWS, {
      error: ({ input }) =>
        `Cannot average tables of up to ${input} rows: an average touches every row at every step. ` +
        `Wanted at most ${MOST_AVERAGED_ROWS}.`,
    }).optional(),
  }).prefault({ optimizer: { name: "rowwiseAdagrad" }, learningRate: 0.2 }),
  /** Steps over which both learning rates rise linearly from 0. */
  warmupSteps: z.number().int().min(0).default(51),
  /** How both learning rates fall after the warm-up. Absent: they stay, so that one run gives every D. */
  schedule: rateScheduleSchema.optional(),
  /**
   * Decay of the exponential moving average of the dense weights that predictions are made with; 0 = none. It cuts the
   * noise of a checkpoint's NE about tenfold.
   */
  averageDecay: fraction.default(0.99),
}).superRefine(({ schedule, warmupSteps, embedding, averageDecay }, context) => {
  if (schedule && "steps" in schedule && schedule.steps <= Math.max(1, warmupSteps)) {
    context.addIssue({
      code: "custom",
      path: ["schedule", "steps"],
      message: `Cannot let the rates fall until step ${schedule.steps}: the warm-up ends at step ${warmupSteps}. ` +
        `Wanted more steps than that.`,
    });
  }
  if (embedding.averageMaxRows !== undefined && averageDecay === 0) {
    context.addIssue({
      code: "custom",
      path: ["embedding", "averageMaxRows"],
      message: "Cannot average tables with averageDecay 0: wanted a decay above 0.",
    });
  }
});

/** A complete training config, defaults filled in. */
export type TrainingConfig = z.infer<typeof trainingConfigSchema>;
/** A training config as a user writes it. */
export type TrainingConfigInput = z.input<typeof trainingConfigSchema>;
