import type { Variable } from "../engine/engine.ts";
import { denseOptimizer } from "../training/dense_optimizer.ts";
import {
  createTrainer,
  type GradientObserver,
  type Trainer,
  type TrainerOptions,
  type TrainerState,
} from "../training/trainer.ts";
import { gradientStatistics, type Observation } from "./gradient_statistics.ts";
import {
  denseMask,
  type LayerValues,
  type MaskSet,
  prunableMatrices,
  type PrunableMatrix,
  requireSameMatrices,
} from "./mask.ts";

/** What a masked trainer is made of: a trainer's options without the masks, which it makes itself. */
export interface MaskedTrainerOptions extends Omit<TrainerOptions, "masks" | "observer"> {
  /** The parameters that can be masked. Default: the prunable matrices of the model. */
  readonly matrices?: readonly PrunableMatrix[];
  /** Sees the gradients too, after the sums are made; gets the mask variables, which it may change. */
  readonly observer?: (masks: ReadonlyMap<string, Variable>) => GradientObserver;
}

/** A model in training under masks that can be replaced between steps: they are variables, so nothing is compiled again. */
export interface MaskedTrainer {
  readonly trainer: Trainer;
  readonly matrices: readonly PrunableMatrix[];
  /** The mask variables by parameter. */
  readonly masks: ReadonlyMap<string, Variable>;
  /** The mask that was last put on. */
  readonly mask: MaskSet;
  /** What was seen of the gradients since the last reset, in training steps and in `trainer.observe`. */
  observation(): Promise<Observation>;
  resetObservation(): void;
  /**
   * Puts a mask on, between two steps. What becomes of each weight, its average and its optimiser's state:
   *
   * | weight | value | momentum (m) | squares (v, accumulator) |
   * |---|---|---|---|
   * | removed | 0 | 0 | their initial value |
   * | stays | as it was | as it was | as it was |
   * | revived | 0 | 0 | mean over the matrix's weights that stay |
   *
   * A removed weight then gets no gradient and no momentum, so it is exactly 0 until it is revived. Squares of a revived weight that
   * began at 0 would give it steps several times too long in Adam (whose bias correction is long over), stale ones would freeze it.
   * Where a mask variable holds other numbers than 0 and 1, those that stay keep theirs.
   *
   * @throws {Error} when the mask is not one of these matrices
   */
  setMask(mask: MaskSet): Promise<void>;
  /**
   * Multiplies real-valued masks A into the weights, so that the mask is 0 or 1 again and the model the same: `w <- A w`, and by
   * the change of variables `m <- m / A` and `v <- v / A^2`.
   */
  absorbMasks(): Promise<void>;
  /** Goes on from a state under a mask, e.g. that of another model; what the mask removes must be 0 in it, as after {@link setMask}. */
  restore(state: TrainerState, mask: MaskSet): void;
  dispose(): void;
}

/** Puts a model on the engine, ready to be trained under masks; the first mask keeps everything. */
export function createMaskedTrainer(options: MaskedTrainerOptions): MaskedTrainer {
  const { engine, config, matrices = prunableMatrices(options.model), observer, ...rest } = options;
  const initial = denseOptimizer(config.dense.optimizer).slots;
  let mask = denseMask(matrices);
  const masks = new Map(mask.layers.map(({ name, shape, kept }) => [
    name,
    engine.variable(`${name}/mask`, shape, Float32Array.from(kept)),
  ]));
  const statistics = gradientStatistics(engine, matrices, masks);
  const other = observer?.(masks);
  const trainer = createTrainer({
    ...rest,
    engine,
    config,
    masks,
    observer(name, parameter, gradient) {
      statistics.observer(name, parameter, gradient);
      other?.(name, parameter, gradient);
    },
  });

  const parameter = (name: string): Variable => {
    const found = trainer.variables.get(name);
    if (!found) throw new Error(`Cannot mask "${name}": ${options.model.name} has no such parameter.`);
    return found;
  };

  return {
    trainer,
    matrices,
    masks,
    get mask() {
      return mask;
    },
    async observation() {
      const weights: Record<string, Float32Array<ArrayBuffer>> = {};
      for (const [name, variable] of masks) {
        const values = await variable.read();
        weights[name] = (await parameter(name).read()).map((w, k) => values[k] === 0 ? 0 : w * values[k]);
      }
      return await statistics.read(weights satisfies LayerValues);
    },
    resetObservation: statistics.reset,
    async setMask(next) {
      requireSameMatrices(next.layers, mask.layers);
      for (const [l, { name, kept }] of next.layers.entries()) {
        const before = mask.layers[l].kept;
        const values = await masks.get(name)?.read();
        const stays = (k: number) => kept[k] === 1 && before[k] === 1;
        const zeroUnlessStays = (values: Float32Array) => values.map((value, k) => stays(k) ? value : 0);
        masks.get(name)?.write(Float32Array.from(kept, (bit, k) => stays(k) ? values?.[k] ?? 1 : bit));
        for (const own of [name, `${name}/average`]) {
          const weights = trainer.variables.get(own);
          weights?.write(zeroUnlessStays(await weights.read()));
        }
        for (const [slot, start] of Object.entries(initial)) {
          const slots = parameter(`${name}/${slot}`);
          const values = await slots.read();
          const revived = slot === "m" ? 0 : meanWhere(values, stays) ?? start;
          slots.write(values.map((value, k) => stays(k) ? value : kept[k] ? revived : start));
        }
      }
      mask = next;
    },
    async absorbMasks() {
      for (const { name, kept } of mask.layers) {
        const a = await masks.get(name)?.read() ?? new Float32Array();
        for (const own of [name, `${name}/average`]) {
          const weights = trainer.variables.get(own);
          weights?.write((await weights.read()).map((value, k) => kept[k] ? a[k] * value : 0));
        }
        for (const slot of Object.keys(initial)) {
          const slots = parameter(`${name}/${slot}`);
          const power = slot === "m" ? 1 : 2;
          slots.write((await slots.read()).map((value, k) => kept[k] ? value / a[k] ** power : value));
        }
        masks.get(name)?.write(Float32Array.from(kept));
      }
    },
    restore(state, next) {
      requireSameMatrices(next.layers, mask.layers);
      trainer.restore(state);
      for (const { name, kept } of next.layers) masks.get(name)?.write(Float32Array.from(kept));
      mask = next;
    },
    dispose() {
      trainer.dispose();
      statistics.dispose();
      for (const variable of masks.values()) variable.dispose();
    },
  };
}

function meanWhere(values: Float32Array, counts: (k: number) => boolean): number | null {
  let [sum, n] = [0, 0];
  for (const [k, value] of values.entries()) {
    if (!counts(k)) continue;
    sum += value;
    n++;
  }
  return n === 0 ? null : sum / n;
}
