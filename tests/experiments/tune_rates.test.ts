import assert from "node:assert/strict";
import { type Rates, tuneRates } from "../../lib/experiments/tune_rates.ts";

const options = { start: { dense: 1, embedding: 1 }, tolerance: 1e-3, reach: 3 };
const bowl = (best: Rates) => (rates: Rates) =>
  1 + Math.log2(rates.dense / best.dense) ** 2 + Math.log2(rates.embedding / best.embedding) ** 2;

/** Tunes models with losses of their own; remembers what was asked for in each round. */
async function tune(losses: readonly ((rates: Rates) => number)[], own: Partial<typeof options> = {}) {
  const rounds: Rates[][] = [];
  const tuned = await tuneRates(losses, (wanted) => {
    rounds.push(wanted.map(({ rates }) => rates));
    return Promise.resolve(wanted.map(({ model, rates }) => model(rates)));
  }, { ...options, ...own });
  return { tuned, rounds };
}

Deno.test("tuneRates finds the best doublings of both rates, in either direction", async () => {
  for (const best of [{ dense: 4, embedding: 0.5 }, { dense: 0.25, embedding: 1 }, { dense: 1, embedding: 4 }]) {
    const { tuned: [{ rates, loss, atEdge }] } = await tune([bowl(best)]);
    assert.deepEqual({ rates, loss, atEdge }, { rates: best, loss: 1, atEdge: false });
  }
});

Deno.test("a rate stays where another lowers the loss by less than the tolerance", async () => {
  const { tuned: [{ rates, tried }] } = await tune([(rates) => 1 - 5e-4 * Math.log2(rates.dense)]);
  assert.deepEqual(rates, options.start);
  assert.equal(tried, 5);
});

Deno.test("a rate whose best lies beyond the reach ends there and says so", async () => {
  const { tuned: [{ rates, atEdge }] } = await tune([bowl({ dense: 64, embedding: 1 })]);
  assert.deepEqual(rates, { dense: 8, embedding: 1 });
  assert.equal(atEdge, true);
});

Deno.test("several models are asked for in the same rounds, and each gets its own answers", async () => {
  const best = [{ dense: 4, embedding: 0.5 }, { dense: 1, embedding: 1 }, { dense: 0.5, embedding: 8 }];
  const { tuned, rounds } = await tune(best.map(bowl));
  assert.deepEqual(tuned.map(({ rates }) => rates), best);
  assert.equal(rounds[0].length, 3, "all start in the first round");
  assert.equal(rounds.flat().length, tuned.reduce((sum, { tried }) => sum + tried, 0), "nothing is tried in vain");
  const alone = await Promise.all(best.map((each) => tune([bowl(each)])));
  assert.equal(
    rounds.length,
    Math.max(...alone.map((each) => each.rounds.length)),
    "no search waits for another's end",
  );
});

Deno.test("a loss that is not a number does not lead a rate anywhere", async () => {
  const { tuned: [{ rates }] } = await tune([
    (rates) => rates.dense > 1 ? NaN : bowl({ dense: 0.5, embedding: 1 })(rates),
  ]);
  assert.deepEqual(rates, { dense: 0.5, embedding: 1 });
});
