/** Training stopped because a number was no longer finite. */
export class Diverged extends Error {
  override name = "Diverged";

  /**
   * @param model its name
   * @param step from 1
   * @param what "the loss is NaN"
   * @param where the first tensor that is not finite, where that is known
   */
  constructor(model: string, readonly step: number, what: string, readonly where?: string) {
    super(
      `Training of ${model} diverged at step ${step}: ${what}. ` +
        (where ? `The first tensor that is not finite: ${where}. ` : "") +
        `Look at the data, lower the learning rates, lengthen the warm-up, or clip the gradients (dense.clipNorm).`,
    );
  }
}
