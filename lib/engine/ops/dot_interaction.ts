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
      value: gather(products, triangle, 1),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [x] = saved as [tf.Tensor3D];
        const padded = tf.concat([dy as tf.Tensor2D, tf.zeros<tf.Rank.R2>([batch, 1])], 1); // last column: the diagonal
        // more columns than it has: gathering rows of the transpose is faster, and slower where there are fewer
        const repeated = tf.transpose(gather(tf.transpose(padded), symmetric, 0));
        const g = tf.reshape(repeated, [batch, m, m]) as tf.Tensor3D;
        return tf.matMul(g, x);
      },
    };
  })(x);
}

const GATHER = [
  attribute.int("batch_dims", 0),
  attribute.type("Tparams", DType.float32),
  attribute.type("Tindices", DType.int32),
  attribute.type("Taxis", DType.int32),
];

function gather(matrix: tf.Tensor, at: Int32Array, axis: 0 | 1): tf.Tensor {
  const indices = tf.tensor1d(at, "int32");
  const op = rawOps(); // tfjs's kernel would read the indices back to check them
  if (op === null) return tf.gather(matrix, indices, axis);
  return op("GatherV2", GATHER, [matrix, indices, tf.scalar(axis, "int32")]);
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
