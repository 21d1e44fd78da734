import * as tf from "@tensorflow/tfjs";
import type { Batch } from "../data/batch.ts";
import type { Schema } from "../data/schema.ts";
import { checkCount } from "../engine/check_count.ts";
import { type EmbeddingIds, type EmbeddingTableOptions, tableState } from "../engine/embedding_table.ts";
import type { Engine, HostTensor, StepArguments, Variable } from "../engine/engine.ts";
import { NotFiniteError } from "../engine/not_finite.ts";
import { sigmoidCrossEntropy } from "../engine/ops/sigmoid_cross_entropy.ts";
import { type Block, type Model, type Parameters, parameterSpecs } from "../models/block.ts";
import { blockRunner } from "../models/block_runner.ts";
import { fillInitial } from "../models/initializer.ts";
import { clipByGlobalNorm } from "./clip_gradients.ts";
import { denseOptimizer, type StepScalars, stepScalars } from "./dense_optimizer.ts";
import { Diverged } from "./diverged.ts";
import { findNotFinite } from "./find_not_finite.ts";
import { type ParallelStrategy, singleWorker } from "./parallel_strategy.ts";
import { rowMapper } from "./table_rows.ts";
import type { TrainingConfig } from "./training_config.ts";

/**
 * Sees, inside the compiled step, a masked parameter before its update, with the gradient of the loss by its effective value (the
 * parameter times its mask): also where the mask is 0. It may change variables of its own.
 */
export type GradientObserver = (name: string, parameter: Variable, gradient: tf.Tensor) => void;

/** What a trainer is made of. */
export interface TrainerOptions {
  readonly engine: Engine;
  readonly model: Model;
  /** Of the stream that the batches come from. */
  readonly schema: Schema;
  readonly config: TrainingConfig;
  /** Determines all initial weights. */
  readonly seed: number;
  readonly strategy?: ParallelStrategy;
  /** Masks by parameter name, 0 or 1 with the parameter's shape: a weight under a 0 counts as 0 and gets no gradient. */
  readonly masks?: ReadonlyMap<string, Variable>;
  /**
   * For each row of the embedding tables, one below the other, 0 or 1: a row under a 0 counts as 0 and gets no gradient. Read at each
   * step, so it may be changed between two.
   */
  readonly rowMask?: Uint8Array<ArrayBuffer>;
  /** Called for every parameter that has a mask, in training steps and in {@link Trainer.observe}. */
  readonly observer?: GradientObserver;
  /** Blocks that are computed again in the backward pass to save memory. */
  readonly recompute?: (block: Block) => boolean;
  /** Runs op by op, for debugging: same numbers, slower. */
  readonly eager?: boolean;
}

/** A model in training: its variables, its optimiser's, and the two compiled steps over them. */
export interface Trainer {
  readonly model: Model;
  readonly config: TrainingConfig;
  /** Updates made so far, with those under way. */
  readonly steps: number;
  /** The dense variables by their name in the state: each parameter, its average and its optimiser's. */
  readonly variables: ReadonlyMap<string, Variable>;
  /**
   * One update on a batch.
   *
   * @returns the mean log loss, before it, of the examples that this worker computes
   * @throws {Diverged} when that loss is not finite, naming the first tensor that is not; the update is not made, so the
   * last good state stays (but with `eager` on TensorFlow, where the update has happened by then)
   */
  step(batch: Batch, signal?: AbortSignal): Promise<number>;
  /**
   * Shows the observer the gradients on a batch, without an update.
   *
   * @returns the mean log loss
   * @throws {Error} when the trainer has no observer
   */
  observe(batch: Batch, signal?: AbortSignal): Promise<number>;
  /** Logits `[b]` of the examples that this worker computes, from the averaged weights where there is an average. */
  predict(batch: Batch, signal?: AbortSignal): Promise<Float32Array<ArrayBuffer>>;
  /** All that training changes, by name. */
  state(): Promise<TrainerState>;
  /** Goes back to a state. @throws {Error} naming the first array that is missing or has another size; nothing changed. */
  restore(state: TrainerState): void;
  dispose(): void;
}

/** What a trainer goes on from: its steps so far, and by name every array of parameters and optimiser state. */
export interface TrainerState {
  readonly steps: number;
  readonly arrays: Readonly<Record<string, Float32Array<ArrayBuffer>>>;
}

/** `rowsKept`: `[B, F, 1]`, or a single 1 where there is no row mask. */
type PredictInputs = { ids: EmbeddingIds; dense: HostTensor; rowsKept: HostTensor };
type ObserveInputs = PredictInputs & { labels: HostTensor };
type TrainInputs = ObserveInputs & StepScalars<HostTensor>;

/** Puts a model on the engine, ready to be trained. */
export function createTrainer(options: TrainerOptions): Trainer {
  const { engine, model, schema, config, seed, masks, rowMask, observer, strategy = singleWorker } = options;
  const optimizer = denseOptimizer(config.dense.optimizer);
  const specs = parameterSpecs(model);
  const averaged = config.averageDecay > 0;
  let steps = 0;

  const variables = specs.map((spec) => {
    const { name, initializer } = spec;
    const { shape, from } = strategy.shard(spec);
    const size = shape.reduce((a, b) => a * b, 1);
    const initial = new Float32Array(size);
    fillInitial(initial, { initializer, seed, name, from });
    return {
      name,
      parameter: engine.variable(name, shape, initial),
      average: averaged ? engine.variable(`${name}/average`, shape, initial) : null,
      slots: Object.fromEntries(
        Object.entries(optimizer.slots).map(([slot, value]) => [
          slot,
          engine.variable(`${name}/${slot}`, shape, new Float32Array(size).fill(value)),
        ]),
      ),
    };
  });
  const { clipNorm } = config.dense;
  const sharded = variables.find(({ parameter }, i) => parameter.shape.join() !== specs[i].shape.join());
  if (clipNorm !== undefined && sharded) {
    throw new Error(
      `Cannot clip by the global norm with strategy "${strategy.name}": this worker keeps a part of ${sharded.name} ` +
        `only and cannot know the norm of the whole. Wanted a strategy that keeps whole parameters, or no clipNorm.`,
    );
  }
  const { fieldRows, dim, scale } = model.embedding;
  const tableOptions: EmbeddingTableOptions = {
    name: "embeddings",
    fieldRows,
    dim,
    optimizer: config.embedding.optimizer,
    averageMaxRows: config.embedding.averageMaxRows,
    fill: (out, from) => {
      const initializer = { kind: "normal", deviation: scale } as const;
      fillInitial(out, { initializer, seed, name: "embeddings", from: from * dim });
    },
  };
  const table = engine.embeddingTable(tableOptions);
  if (rowMask) checkCount("the row mask", [table.rows], rowMask);
  const present = (rows: tf.Tensor, rowsKept: tf.Tensor) => rowMask ? tf.mul(rows, rowsKept) : rows; // [B, F, d]
  const rowsOf = rowMapper(schema, fieldRows, model.embedding.overflow);

  if (observer && !(masks && strategy === singleWorker)) {
    throw new Error(
      `Cannot observe gradients with strategy "${strategy.name}" and ${masks ? "" : "no "}masks: wanted the strategy ` +
        `"${singleWorker.name}", and masks of the parameters to observe.`,
    );
  }

  const transform = (block: Block, kept: Parameters): Parameters => {
    const whole = strategy.gather(block, kept);
    if (!masks) return whole;
    return Object.fromEntries(
      Object.entries(whole).map(([name, value]) => {
        const mask = masks.get(name);
        return [name, mask ? tf.mul(value, mask.value()) : value];
      }),
    );
  };
  const named = (tensors: readonly tf.Tensor[]): Parameters =>
    Object.fromEntries(variables.map(({ name }, i) => [name, tensors[i]]));

  const lossAndGradients = ({ ids, dense, rowsKept, labels }: StepArguments<ObserveInputs>) => {
    const loss = (embeddings: tf.Tensor, ...parameters: tf.Tensor[]) => {
      const run = blockRunner(named(parameters), {
        transform: observer ? undefined : transform, // observed: masked before, so that gradients are by effective values
        recompute: options.recompute,
      });
      const rows = strategy.exchange(present(embeddings, rowsKept));
      const logits = model.logits(run, { embeddings: rows, dense });
      return sigmoidCrossEntropy(logits, labels) as tf.Scalar;
    };
    const own = variables.map(({ name, parameter }) => {
      const mask = observer && masks?.get(name);
      return mask ? tf.mul(parameter.value(), mask.value()) : parameter.value();
    });
    const { value, grads } = tf.valueAndGrads(loss)([table.lookup(ids), ...own]);
    const [rows, ...byParameter] = grads;
    const parameters = byParameter.map((gradient, i) => {
      const { name, parameter } = variables[i];
      const mask = observer && masks?.get(name);
      if (!mask) return gradient;
      const ofParameter = tf.mul(gradient, mask.value());
      observer?.(name, parameter, gradient);
      return ofParameter;
    });
    return { loss: value, rows, parameters };
  };

  const trainStep = engine.compileStep<TrainInputs>(({ ids, dense, rowsKept, labels, ...scalars }) => {
    const { loss, rows, parameters } = lossAndGradients({ ids, dense, rowsKept, labels });
    const reduced = strategy.reduce(named(parameters));
    const gradients = clipNorm === undefined ? reduced : clipByGlobalNorm(reduced, clipNorm);
    for (const { name, parameter, slots, average } of variables) {
      optimizer.update(engine.updates, parameter, slots, gradients[name], scalars);
      if (average) {
        const kept = tf.mul(average.value(), scalars.averageKept);
        average.assign(tf.add(kept, tf.mul(parameter.value(), tf.sub(1, scalars.averageKept))));
      }
    }
    table.update(ids, rows, scalars.embeddingRate);
    table.updateAverage(scalars.averageKept);
    return { loss };
  }, { name: `train ${model.name}`, eager: options.eager, finite: "loss" });

  const observeStep = engine.compileStep<ObserveInputs>(
    (inputs) => ({ loss: lossAndGradients(inputs).loss }),
    { name: `observe ${model.name}`, eager: options.eager, finite: "loss" },
  );

  const predictStep = engine.compileStep<PredictInputs>(({ ids, dense, rowsKept }) => {
    const run = blockRunner(
      named(variables.map(({ average, parameter }) => (average ?? parameter).value())),
      { transform },
    );
    const rows = strategy.exchange(present(table.lookupAverage(ids), rowsKept));
    return { logits: model.logits(run, { embeddings: rows, dense }) };
  }, { name: `predict ${model.name}`, eager: options.eager });

  const inputsOf = (batch: Batch, own: Batch) => {
    const ids = table.ids(rowsOf(batch.ids));
    const kept = (at: number) => rowMask?.[ids.distinct[at]] ?? 1;
    return {
      ids,
      dense: { data: own.dense, shape: [own.size, schema.dense.length] },
      rowsKept: rowMask
        ? { data: Float32Array.from(ids.positions, kept), shape: [batch.size, fieldRows.length, 1] }
        : { data: Float32Array.of(1), shape: [1, 1, 1] },
    };
  };

  const diverged = async (step: number, what: string, batch: Batch, ids: EmbeddingIds): Promise<Diverged> => {
    const runner = () => blockRunner(named(variables.map(({ parameter }) => parameter.value())), { transform });
    const where = await findNotFinite({
      engine,
      model,
      schema,
      table,
      parameters: variables.map(({ parameter }) => parameter),
      runner: strategy === singleWorker ? runner : null,
      batch,
      ids,
    });
    return new Diverged(model.name, step, what, where ?? undefined);
  };

  const allVariables: [string, Variable][] = variables.flatMap(({ name, parameter, average, slots }) => [
    [name, parameter] as [string, Variable],
    ...(average ? [[`${name}/average`, average] as [string, Variable]] : []),
    ...Object.entries(slots).map(([slot, variable]) => [`${name}/${slot}`, variable] as [string, Variable]),
  ]);

  const tableShapes = Object.entries(tableState(tableOptions));
  const stateShapes: (readonly [string, readonly number[]])[] = [
    ...allVariables.map(([name, { shape }]) => [name, shape] as const),
    ...tableShapes.map(([key, shape]) => [`embeddings/${key}`, shape] as const),
  ];

  return {
    model,
    config,
    get steps() {
      return steps;
    },
    variables: new Map(allVariables),
    async step(batch, signal) {
      const own = strategy.examples(batch);
      const labels = { data: own.labels, shape: [own.size] };
      const step = steps + 1;
      const inputs = { ...inputsOf(batch, own), labels, ...stepScalars(config, step) };
      steps = step; // now, so that a step that is started before this one has ended is the next one
      try {
        return (await trainStep.run(inputs, signal)).loss[0];
      } catch (error) {
        steps--;
        const cause = error instanceof Error ? error.cause : null;
        if (!(cause instanceof NotFiniteError)) throw error;
        throw await diverged(step, `the loss is ${cause.value}`, own, inputs.ids);
      }
    },
    async observe(batch, signal) {
      if (!observer) throw new Error(`Cannot observe the gradients of ${model.name}: its trainer has no observer.`);
      const labels = { data: batch.labels, shape: [batch.size] };
      return (await observeStep.run({ ...inputsOf(batch, batch), labels }, signal)).loss[0];
    },
    async predict(batch, signal) {
      return (await predictStep.run(inputsOf(batch, strategy.examples(batch)), signal)).logits;
    },
    async state() {
      const arrays: Record<string, Float32Array<ArrayBuffer>> = {};
      for (const [name, variable] of allVariables) arrays[name] = await variable.read();
      for (const [key, values] of Object.entries(await table.read())) arrays[`embeddings/${key}`] = values;
      return { steps, arrays };
    },
    restore(state) {
      for (const [name, shape] of stateShapes) {
        if (!state.arrays[name]) throw new Error(`Cannot restore ${model.name}: the state has no array "${name}".`);
        checkCount(name, shape, state.arrays[name]);
      }
      for (const [name, variable] of allVariables) variable.write(state.arrays[name]);
      table.write(Object.fromEntries(tableShapes.map(([key]) => [key, state.arrays[`embeddings/${key}`]])));
      steps = state.steps;
    },
    dispose() {
      trainStep.dispose();
      observeStep.dispose();
      predictStep.dispose();
      for (const [, variable] of allVariables) variable.dispose();
      table.dispose();
    },
  };
}
