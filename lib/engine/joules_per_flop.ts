import { join } from "node:path";
import { type MatmulSpeed, timeProducts } from "./matmul_speed.ts";

/** What a floating-point operation of a matrix product costs. */
export interface EnergyRate {
  readonly joulesPerFlop: number;
  /** Where it comes from: a measurement on this machine, or a stated number. */
  readonly source: string;
}

/**
 * About 5 W and 100 GFLOP/s of float32 for a core of a server processor with 512-bit vectors. An accelerator needs a tenth
 * of it or less, and a model that is bound by memory several times more.
 */
const STATED = 5e-11;

const POWERCAP = "/sys/class/powercap";

/**
 * The energy of a FLOP, for the energy axis of a study: measured, where the processor's energy counters can be read
 * (RAPL, by root on Linux), as the energy of all packages during matrix products over the FLOPs of these; else 5e-11 J,
 * stated. Other work on the machine counts in.
 *
 * @param folder of the counters
 * @param work what is measured
 */
export async function joulesPerFlop(
  folder: string = POWERCAP,
  work: () => Promise<MatmulSpeed> = () => timeProducts(1024, 1000),
): Promise<EnergyRate> {
  const before = await packageEnergies(folder);
  if (before === null) {
    return { joulesPerFlop: STATED, source: "stated: no energy counter (RAPL) can be read on this machine" };
  }
  const { products, size } = await work();
  const after = await packageEnergies(folder);
  const joules = before.reduce((sum, { microjoules, range }, i) => {
    const used = (after?.[i].microjoules ?? NaN) - microjoules;
    return sum + (used < 0 ? used + range : used) / 1e6; // the counter wraps around
  }, 0);
  return {
    joulesPerFlop: joules / (products * 2 * size ** 3),
    source: `measured: RAPL during ${products} products of ${size} x ${size} matrices`,
  };
}

interface PackageEnergy {
  readonly microjoules: number;
  readonly range: number;
}

/** The counters of all processor packages; null where none can be read. */
async function packageEnergies(folder: string): Promise<PackageEnergy[] | null> {
  const found: PackageEnergy[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) {
      if (!/^intel-rapl:\d+$/.test(name)) continue; // packages; sub-domains have a second number
      const number = async (file: string) => Number(await Deno.readTextFile(join(folder, name, file)));
      found.push({ microjoules: await number("energy_uj"), range: await number("max_energy_range_uj") });
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) return null;
    throw error;
  }
  return found.length > 0 ? found : null;
}
