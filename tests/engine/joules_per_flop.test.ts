import assert from "node:assert/strict";
import { join } from "node:path";
import { joulesPerFlop, openEngine } from "../../lib/engine/mod.ts";
import { timeProducts } from "../../lib/engine/matmul_speed.ts";

async function counters(values: Record<string, string>): Promise<string> {
  const folder = await Deno.makeTempDir();
  for (const [name, energy] of Object.entries(values)) {
    await Deno.mkdir(join(folder, name));
    await Deno.writeTextFile(join(folder, name, "energy_uj"), energy);
    await Deno.writeTextFile(join(folder, name, "max_energy_range_uj"), "262143328850\n");
  }
  return folder;
}

Deno.test("without energy counters the energy of a FLOP is stated, and says so", async () => {
  for (const folder of ["/nowhere/at/all", await counters({}), await counters({ "intel-rapl:0:0": "1" })]) {
    const { joulesPerFlop: joules, source } = await joulesPerFlop(folder);
    assert.equal(joules, 5e-11);
    assert.match(source, /^stated/);
  }
});

Deno.test("with energy counters the energy of a FLOP is what all packages used, also where a counter wraps around", async () => {
  await openEngine();
  const folder = await counters({ "intel-rapl:0": "1000000", "intel-rapl:1": "262143328849" });
  const work = async () => {
    await Deno.writeTextFile(join(folder, "intel-rapl:0", "energy_uj"), "3000000"); // 2 J
    await Deno.writeTextFile(join(folder, "intel-rapl:1", "energy_uj"), "999999"); // 1 J, over the end of its range
    return await timeProducts(1024, 50);
  };
  const { joulesPerFlop: joules, source } = await joulesPerFlop(folder, work);
  const products = Number(source.match(/during (\d+) products of 1024/)?.[1]);
  assert.ok(Math.abs(joules * products * 2 * 1024 ** 3 - 3) < 1e-9);
});
