import assert from "node:assert/strict";
import {
  allocate,
  allocateJoint,
  allocationInterval,
  computeEnvelope,
  fitLaw,
  type Observation,
  paretoFront,
  resampleFits,
} from "../../lib/scaling/mod.ts";

/** Besiroglu et al. 2024 (arXiv 2404.10102), table 1. */
const BESIROGLU = { E: 1.8172, A: 482.01, a: 0.3478, B: 2085.43, b: 0.3658 };

const loss = ([n, d]: readonly number[]) =>
  BESIROGLU.E + BESIROGLU.A * n ** -BESIROGLU.a + BESIROGLU.B * d ** -BESIROGLU.b;

function grid(noise: (i: number) => number = () => 0): Observation[] {
  const sizes = [1e7, 1e8, 1e9, 1e10], data = [1e9, 1e10, 1e11, 1e12];
  return sizes.flatMap((n, i) => data.map((d, j) => ({ x: [n, d], loss: loss([n, d]) * Math.exp(noise(4 * i + j)) })));
}

Deno.test("the search and the closed form agree, and give the 20 tokens a parameter of Chinchilla's budget", () => {
  const fit = fitLaw("joint", grid(), { x0: 1 });
  for (const budget of [1e18, 5.76e23, 1e26]) {
    const [found, closed] = [allocate(fit, { budget }), allocateJoint(fit, budget)];
    assert.ok(Math.abs(found.parameters / closed.parameters - 1) < 1e-5);
    assert.ok(Math.abs(found.data / closed.data - 1) < 1e-5);
    assert.ok(Math.abs(6 * closed.parameters * closed.data / budget - 1) < 1e-12);
  }
  // the paper: its fit agrees with about 20 tokens per parameter at the compute of Chinchilla (70 B on 1.4 T tokens)
  const { parameters, data } = allocateJoint(fit, 5.76e23);
  assert.ok(data / parameters > 15 && data / parameters < 30, `${data / parameters}`);
});

Deno.test("the closed form does not depend on the units of the fit", () => {
  const [raw, centred] = [fitLaw("joint", grid(), { x0: 1 }), fitLaw("joint", grid())];
  const [a, b] = [raw, centred].map((fit) => allocateJoint(fit, 1e21));
  assert.ok(Math.abs(a.parameters / b.parameters - 1) < 1e-5 && Math.abs(a.loss - b.loss) < 1e-9);
  assert.throws(() => allocateJoint(fitLaw("interaction", grid()), 1e21), /wanted "joint"/);
});

Deno.test("bounds of size and data hold, and say so", () => {
  const free = allocate({ predict: loss }, { budget: 1e21 });
  const small = allocate({ predict: loss }, { budget: 1e21, parameters: [1e6, free.parameters / 10] });
  assert.ok(small.atBound && Math.abs(small.parameters / (free.parameters / 10) - 1) < 1e-6);
  const few = allocate({ predict: loss }, { budget: 1e21, mostData: free.data / 100 });
  assert.ok(Math.abs(few.data / (free.data / 100) - 1) < 1e-9);
  assert.ok(few.parameters > free.parameters, "what cannot be spent on data is spent on size");
  assert.throws(() => allocate({ predict: loss }, { budget: 0 }), /budget of 0/);
});

Deno.test("a cost that hardly grows with size is spent on larger models", () => {
  const budget = 1e15, flat = allocate({ predict: loss }, { budget, costPerExample: () => 1e6 });
  assert.ok(flat.atBound, "size is free, so the largest that is allowed is best");
  const linear = allocate({ predict: loss }, { budget, costPerExample: (n) => 1e6 + n });
  assert.ok(linear.parameters < flat.parameters);
});

Deno.test("under a click model's cost 3 f(N) D the best size balances what size and data still buy", () => {
  // f(N) = 1e6 + N / 10: lookups cost nothing, so that most parameters are free
  const budget = 1e18, cost = (n: number) => 3 * (1e6 + n / 10);
  const { parameters: n, data: d, atBound } = allocate({ predict: loss }, { budget, costPerExample: cost });
  assert.ok(!atBound && Math.abs(cost(n) * d / budget - 1) < 1e-12);
  // along the budget dD/dN = -D cost'/cost: a A / N^(a + 1) = b B / D^b cost'/cost
  const { A, a, B, b } = BESIROGLU;
  assert.ok(Math.abs(a * A * n ** (-a - 1) / (b * B * d ** -b * 0.3 / cost(n)) - 1) < 1e-5);
});

Deno.test("an allocation's interval holds what the true law says", () => {
  const noisy = grid((i) => 1e-3 * Math.sin(7.3 * i)); // fixed errors of 0.1 %
  const { parameters, loss: best } = allocationInterval(resampleFits("joint", noisy, { resamples: 100 }), {
    budget: 1e22,
  });
  const exact = allocate({ predict: loss }, { budget: 1e22 });
  assert.ok(parameters.low < exact.parameters && exact.parameters < parameters.high);
  assert.ok(best.low < exact.loss && exact.loss < best.high);
});

Deno.test("a Pareto front keeps what nothing beats", () => {
  const items = [[3, 5], [1, 9], [2, 9], [2, 7], [3, 5], [4, 6], [5, 1]].map(([cost, loss]) => ({ cost, loss }));
  const front = paretoFront(items, ({ cost }) => cost, ({ loss }) => loss);
  assert.deepEqual(front, [items[1], items[3], items[0], items[6]]);
  const beaten = (item: { cost: number; loss: number }) =>
    items.some((other) => other !== item && other.cost <= item.cost && other.loss < item.loss);
  assert.ok(front.every((item) => !beaten(item)));
});

Deno.test("an envelope tells where the best curve ends", () => {
  const curve = (model: string, scale: number) => ({
    model,
    points: [1, 10, 100].map((flops) => ({ flops: flops * scale, loss: 1 / Math.sqrt(flops) })),
  });
  const envelope = computeEnvelope([curve("small", 1), curve("large", 100)], [10, 100, 1000, 10_000]);
  assert.deepEqual(envelope.map(({ model, atEnd }) => [model, atEnd]), [
    ["small", false],
    ["small", true],
    ["large", false],
    ["large", true],
  ]);
  assert.ok(Math.abs(envelope[0].loss - 1 / Math.sqrt(10)) < 1e-12);
});
