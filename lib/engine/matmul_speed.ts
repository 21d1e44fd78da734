import * as tf from "@tensorflow/tfjs";

/** How fast the engine multiplies matrices. */
export interface MatmulSpeed {
  /** Rows and columns of the two matrices. */
  readonly size: number;
  /**
   * 10^9 floating-point operations a second, 2 n^3 a product, in the fastest of the products tried: what the machine can
   * do for a moment, with its matrices in the cache and nothing else to do.
   */
  readonly bestGflops: number;
  /** In the median product: nearer to what work gets, but still above it, as the same matrices are used over and over. */
  readonly medianGflops: number;
  /** Products made, the one that does not count included. */
  readonly products: number;
}

/** The products tried last about this long. */
const BUDGET_MS = 500;

/**
 * Times products of two square float32 matrices on the open engine: of 1024 rows, or of 256 where one of 1024 would take
 * longer than half a second. The first product, which loads kernels and starts threads, does not count.
 */
export async function matmulSpeed(): Promise<MatmulSpeed> {
  const small = await timeProducts(256, BUDGET_MS / 4);
  const expectedMs = 2 * 1024 ** 3 / small.medianGflops / 1e6;
  return expectedMs > BUDGET_MS ? small : await timeProducts(1024, BUDGET_MS);
}

/** Products of two matrices of `size` rows, one after another until the budget is used up. */
export async function timeProducts(size: number, budgetMs: number): Promise<MatmulSpeed> {
  const [a, b] = [1, 2].map((seed) => tf.randomUniform([size, size], -1, 1, "float32", seed));
  const begun = performance.now();
  const rates: number[] = [];
  for (let run = 0; run < 2 || performance.now() - begun < budgetMs; run++) {
    const started = performance.now();
    // Reading one number waits for the product; adding it up costs n^2 operations more.
    const sum = tf.tidy(() => tf.matMul(a, b).sum());
    await sum.data();
    sum.dispose();
    if (run > 0) rates.push(2 * size ** 3 / (performance.now() - started) / 1e6);
  }
  tf.dispose([a, b]);
  rates.sort((a, b) => a - b);
  return {
    size,
    bestGflops: rates[rates.length - 1],
    medianGflops: rates[rates.length >> 1],
    products: rates.length + 1,
  };
}
