import * as tf from "@tensorflow/tfjs";
import { attribute } from "../tensorflow/op.ts";
import { DType } from "../tensorflow/dtype.ts";
import { rawOps } from "./engine_ops.ts";

/**
 * Inner products of all pairs of vectors: `out[b, (i, j)] = sum_k x[b, i, k] x[b, j, k]` for `i > j`, in the order
 * (1,0), (2,0), (2,1), (3,0), ... of DLRM (Naumov et al. 2019, section 2.1.3).
 *
 * Its gradient is one batched product: with the symmetric matrix `G` that carries `dy[b, (i, j)]` at (i, j) and (j, i),
 * `dx[b] = G x[b]`.
 *
 * @param x `[B, m, d]`
 * @returns `[B, m (m - 1) / 2]`
 */
export function dotInteraction(x: tf.Tensor): tf.Tensor {
  const [batch, m] = x.shape;
  const { triangle, symmetric } = indices(m);
  return tf.customGrad((...args) => {
    const [x, save] = args as unknown as [tf.Tensor3D, tf.GradSaveFunc];
    const products = tf.reshape(tf.matMul(x, x, false, true), [batch, m * m]); // [B, m m]
    save([x]);
    return {
      value: columns(products, triangle),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [x] = saved as [tf.Tensor3D];
        const padded = tf.concat([dy as tf.Tensor2D, tf.zeros<tf.Rank.R2>([batch, 1])], 1); // last column: the diagonal
        const g = tf.reshape(columns(padded, symmetric), [batch, m, m]) as tf.Tensor3D;
        return tf.matMul(g, x);
      },
    };
  })(x);
}

/** Columns `at` of a matrix. Gathering rows of the transpose is faster than gathering columns. */
function columns(matrix: tf.Tensor, at: Int32Array): tf.Tensor {
  return tf.transpose(rows(tf.transpose(matrix), tf.tensor1d(at, "int32")));
}

const GATHER = [
  attribute.int("batch_dims", 0),
  attribute.type("Tparams", DType.float32),
  attribute.type("Tindices", DType.int32),
  attribute.type("Taxis", DType.int32),
];

function rows(matrix: tf.Tensor, at: tf.Tensor1D): tf.Tensor {
  const op = rawOps(); // tfjs's kernel would read the indices back to check them
  return op === null ? tf.gather(matrix, at) : op("GatherV2", GATHER, [matrix, at, tf.scalar(0, "int32")]);
}

const cache = new Map<number, { triangle: Int32Array; symmetric: Int32Array }>();

/** Where pair q lies in the flattened `[m, m]` matrix, and which pair lies at each place of it (the last: none). */
function indices(m: number): { triangle: Int32Array; symmetric: Int32Array } {
  let known = cache.get(m);
  if (!known) {
    const pairs = m * (m - 1) / 2;
    const triangle = new Int32Array(pairs);
    const symmetric = new Int32Array(m * m).fill(pairs);
    for (let i = 1, q = 0; i < m; i++) {
      for (let j = 0; j < i; j++, q++) {
        triangle[q] = i * m + j;
        symmetric[i * m + j] = symmetric[j * m + i] = q;
      }
    }
    cache.set(m, known = { triangle, symmetric });
  }
  return known;
}
