import { z } from "zod";

const positive = z.number().positive();
const fraction = z.number().min(0).lt(1);
/** The accumulator starts at 0, as in PyTorch and FBGEMM: gradients of a mean loss are small beside 0.1. */
const adagrad = { initialAccumulator: z.number().min(0).default(0), epsilon: positive.default(1e-8) };

const denseOptimizer = z.discriminatedUnion("name", [
  z.strictObject({
    name: z.literal("adam"),
    beta1: fraction.default(0.9),
    beta2: fraction.default(0.999),
    epsilon: positive.default(1e-8),
  }),
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
  dense: z.strictObject({ optimizer: denseOptimizer, learningRate: positive })
    .prefault({ optimizer: { name: "adam" }, learningRate: 2e-3 }),
  /** The rows of the embedding tables. */
  embedding: z.strictObject({ optimizer: sparseOptimizer, learningRate: positive })
    .prefault({ optimizer: { name: "rowwiseAdagrad" }, learningRate: 0.2 }),
  /** Steps over which both learning rates rise linearly from 0; then they are constant, so one run gives every D. */
  warmupSteps: z.number().int().min(0).default(51),
  /**
   * Decay of the exponential moving average of the dense weights that predictions are made with; 0 = none. It cuts the
   * noise of a checkpoint's NE about tenfold.
   */
  averageDecay: fraction.default(0.99),
});

/** A complete training config, defaults filled in. */
export type TrainingConfig = z.infer<typeof trainingConfigSchema>;
/** A training config as a user writes it. */
export type TrainingConfigInput = z.input<typeof trainingConfigSchema>;
