import assert from "node:assert/strict";
import { nonlinearLeastSquares, readRunsTable, runsObservations } from "../../lib/scaling/mod.ts";
import recorded from "../fixtures/scaling/overtraining_scipy.json" with { type: "json" };

Deno.test("the five small runs of Gadre et al. predict their two large ones with the published errors of 0.71 % and 0.73 %", async () => {
  const path = new URL("../../data/scaling-overtraining/runs.csv", import.meta.url);
  const table = readRunsTable(await Deno.readTextFile(path), "runs.csv");
  const { groups } = runsObservations(table, { loss: "loss_c4_val", x: ["params", "tokens"], group: "train_dataset" });
  const runs = groups.find(({ name }) => name === "rpj")!.observations;
  const run = (parameters: number, tokensPerParameter: number) =>
    runs.find(({ x: [n, d] }) =>
      Math.abs(n / parameters - 1) < 0.01 && Math.abs(d / n / tokensPerParameter - 1) < 0.01
    )!;
  // their table 2: four sizes at 20 tokens a parameter, and the smallest at 320
  const small = [run(10.57e6, 20), run(78.9e6, 20), run(153.7e6, 20), run(411.6e6, 20), run(10.57e6, 320)];
  // their law E + (a M^eta + b M^-eta) C^-eta, with C = 6 N D and M = D / N, is one exponent 2 eta' for both N and D
  const { parameters, status } = nonlinearLeastSquares({
    model: ([E, A, B, eta], [n, d]: readonly number[]) => E + A * (n / 1e8) ** -eta + B * (d / 1e9) ** -eta,
    x: small.map(({ x }) => x),
    y: small.map(({ loss }) => loss),
    start: [1.5, 1, 1, 0.3],
  });
  assert.equal(status, "converged");
  const error = ({ x: [n, d], loss }: typeof runs[number]) => {
    const [E, A, B, eta] = parameters;
    return Math.abs((E + A * (n / 1e8) ** -eta + B * (d / 1e9) ** -eta) / loss - 1);
  };
  const [overtrained, largest] = [error(run(1.4398e9, 640)), error(run(6.889e9, 20))];
  assert.equal((100 * overtrained).toFixed(2), "0.71");
  assert.equal((100 * largest).toFixed(2), "0.73");
  [overtrained, largest].forEach((found, k) => assert.ok(Math.abs(found - recorded.errors[k]) < 1e-7));
  assert.ok(Math.abs(parameters[3] - recorded.exponent) < 1e-6);
});
