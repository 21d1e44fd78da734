/** The two learning rates of a training config. */
export interface Rates {
  /** Of the dense parameters. */
  readonly dense: number;
  /** Of the embedding rows. */
  readonly embedding: number;
}

/** How {@link tuneRates} searches. */
export interface TuneOptions {
  readonly start: Rates;
  /** A rate is changed only where the loss falls by more than this share: the noise of one run. */
  readonly tolerance: number;
  /** Most doublings or halvings of a rate away from the start. */
  readonly reach: number;
}

/** What a search found. */
export interface TunedRates {
  readonly rates: Rates;
  readonly loss: number;
  /** Rates tried, the start included. */
  readonly tried: number;
  /** A rate ended `reach` steps from the start, so that a better one may lie beyond. */
  readonly atEdge: boolean;
}

/**
 * Tunes learning rates of several models side by side by one rule: from a common start the dense rate is doubled or halved,
 * whichever lowers the loss, until that helps no more; then the rate of the embeddings likewise. A comparison of models
 * whose rates were not tuned by size can invert (Porian et al., arXiv 2406.19146).
 *
 * @param evaluate losses of some models at some rates; called once a round with all that the searches ask for, so that the
 *   runs of a round can be made side by side
 *
 * @example
 * ```ts
 * import { tuneRates } from "recscale/experiments";
 * import assert from "node:assert/strict";
 *
 * const best = { dense: 8e-3, embedding: 0.1 };
 * const distance = (a: number, b: number) => Math.abs(Math.log2(a / b));
 * const [tuned] = await tuneRates(
 *   ["model"],
 *   (wanted) => Promise.resolve(wanted.map(({ rates }) =>
 *     1 + distance(rates.dense, best.dense) + distance(rates.embedding, best.embedding)
 *   )),
 *   { start: { dense: 2e-3, embedding: 0.2 }, tolerance: 1e-3, reach: 3 },
 * );
 * assert.deepEqual(tuned, { rates: best, loss: 1, tried: 8, atEdge: false });
 * ```
 */
export async function tuneRates<M>(
  models: readonly M[],
  evaluate: (wanted: readonly { readonly model: M; readonly rates: Rates }[]) => Promise<readonly number[]>,
  options: TuneOptions,
): Promise<TunedRates[]> {
  const searches = models.map(() => search(options));
  const asked = searches.map((each) => each.next());
  const waiting = () =>
    models.flatMap((model, i) => asked[i].done ? [] : asked[i].value.map((rates) => ({ i, model, rates })));
  for (let wanted = waiting(); wanted.length > 0; wanted = waiting()) {
    const evaluated = await evaluate(wanted.map(({ model, rates }) => ({ model, rates })));
    const losses = evaluated.map((loss) => Number.isNaN(loss) ? Infinity : loss);
    const answers = models.map((_, i) => losses.filter((_, k) => wanted[k].i === i));
    answers.forEach((answer, i) => {
      if (!asked[i].done) asked[i] = searches[i].next(answer);
    });
  }
  return asked.map((end) => end.value as TunedRates);
}

/** One model's search: yields the rates it wants to know the losses of, and returns what it settled on. */
function* search({ start, tolerance, reach }: TuneOptions): Generator<Rates[], TunedRates, readonly number[]> {
  let rates = start, [loss] = yield [start];
  let tried = 1, atEdge = false;
  for (const key of ["dense", "embedding"] as const) {
    const step = (doublings: number): Rates => ({ ...rates, [key]: start[key] * 2 ** doublings });
    const [halved, doubled] = yield [step(-1), step(1)];
    tried += 2;
    const direction = halved < doubled ? -1 : 1;
    let next = Math.min(halved, doubled), doublings = direction;
    while (next < loss * (1 - tolerance)) {
      rates = step(doublings);
      loss = next;
      if (Math.abs(doublings) === reach) {
        atEdge = true;
        break;
      }
      doublings += direction;
      [next] = yield [step(doublings)];
      tried++;
    }
  }
  return { rates, loss, tried, atEdge };
}
