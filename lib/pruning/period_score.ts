import type { Batch } from "../data/batch.ts";
import { logLoss } from "../training/log_loss.ts";
import { createMetrics } from "../training/metrics.ts";
import type { Trainer } from "../training/trainer.ts";

/** How a model did on a period. */
export interface PeriodScore {
  readonly examples: number;
  /** Normalized entropy; against the true probabilities where the batches have them, which takes the noise of labels out. */
  readonly ne: number;
  /** Mean log loss of each batch, in nats, against the labels. */
  readonly losses: readonly number[];
}

/** Scores a model on batches, without training on them. @throws {RangeError} when all labels are equal */
export async function scorePeriod(trainer: Trainer, batches: readonly Batch[]): Promise<PeriodScore> {
  const metrics = createMetrics();
  const losses: number[] = [];
  for (const batch of batches) {
    const logits = await trainer.predict(batch);
    metrics.add(logits, batch.labels, batch.p);
    losses.push(logits.reduce((sum, s, b) => sum + logLoss(s, batch.labels[b]), 0) / batch.size);
  }
  const { examples, ne, expectedNe } = metrics.result();
  return { examples, ne: expectedNe ?? ne, losses };
}
