import type * as tf from "@tensorflow/tfjs";

/** The values that variables had before the step that runs now, so that a step which fails leaves none changed. */
export class Undo {
  #before: Map<object, { readonly old: tf.Tensor; readonly putBack: (old: tf.Tensor) => void }> | null = null;

  /** A step begins. */
  begin(): void {
    this.#before = new Map();
  }

  /** Takes the value that `variable` loses: kept for {@link Undo.rollBack} while a step runs, otherwise freed. */
  take(variable: object, old: tf.Tensor, putBack: (old: tf.Tensor) => void): void {
    if (this.#before === null || this.#before.has(variable)) old.dispose();
    else this.#before.set(variable, { old, putBack });
  }

  /** The step has ended well. */
  commit(): void {
    for (const { old } of this.#before?.values() ?? []) old.dispose();
    this.#before = null;
  }

  /** The step has failed: every variable gets back what it had. */
  rollBack(): void {
    for (const { old, putBack } of this.#before?.values() ?? []) putBack(old);
    this.#before = null;
  }
}
