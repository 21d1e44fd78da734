import type { BenchContext, Contestant } from "./bench.ts";
import type { PythonChild } from "./python_child.ts";

/** One way that PyTorch has to do the step: the script `tests/bench/dlrm_torch.py` tells what each is. */
interface TorchForm {
  readonly form: string;
  readonly name: string;
  readonly work: string;
  readonly side: string;
}

export const ADAGRAD = "Adagrad", ROWWISE = "row-wise Adagrad", PRODUCTS = "dense products alone";
const EAGER = "PyTorch eager", COMPILED = "PyTorch compiled";

const FORMS: readonly TorchForm[] = [
  { form: "sparse/adagrad", name: "PyTorch, sparse gradients", work: ADAGRAD, side: EAGER },
  { form: "buffer/adagrad", name: "PyTorch, by hand", work: ADAGRAD, side: EAGER },
  { form: "compiled-sparse/adagrad", name: "torch.compile, sparse gradients", work: ADAGRAD, side: COMPILED },
  { form: "compiled/adagrad", name: "torch.compile, whole step", work: ADAGRAD, side: COMPILED },
  { form: "unique/rowwise", name: "PyTorch row-wise, by hand, unique", work: ROWWISE, side: EAGER },
  { form: "buffer/rowwise", name: "PyTorch row-wise, by hand", work: ROWWISE, side: EAGER },
  { form: "compiled/rowwise", name: "torch.compile row-wise, whole step", work: ROWWISE, side: COMPILED },
];
const PRODUCTS_NAME = "PyTorch products";

/** Losses of the first steps may differ by so much of themselves: sums are taken in another order. */
const LOSS_TOLERANCE = 1e-3;

export interface TorchSideOptions {
  /** Losses of our first steps on the same batches, by work: PyTorch's must be the same. */
  readonly losses: Readonly<Record<string, readonly number[]>>;
  readonly examples: number;
  readonly steps: number;
  readonly productFlops: number;
}

/**
 * PyTorch's contestants, each warm. A form that this PyTorch cannot do (no C++ compiler for torch.compile, say) is left
 * out, and a note says why.
 *
 * @throws {Error} when a form's losses are not ours: then the two do not do the same work, and no ratio means anything
 */
export async function torchSide(
  child: PythonChild,
  { losses, examples, steps, productFlops }: TorchSideOptions,
  { preparing, signal }: BenchContext,
): Promise<{ contestants: Contestant[]; notes: string[] }> {
  const contestants: Contestant[] = [], notes: string[] = [];
  const contestant = (
    form: string,
    rest: Pick<Contestant, "name" | "work" | "side" | "flops" | "bound">,
  ): Contestant => ({
    ...rest,
    examples,
    passes: steps,
    async round() {
      const answer = await child.ask({ do: "round", name: form, steps });
      if (typeof answer.seconds !== "number") throw new Error(`${rest.name} failed: ${answer.failed}.`);
      return answer.seconds;
    },
  });

  for (const { form, name, work, side } of FORMS) {
    signal?.throwIfAborted();
    preparing(name);
    const answer = await child.ask({ do: "open", name: form, steps: losses[work].length });
    if (answer.failed !== undefined) {
      notes.push(`${name} is left out: ${answer.failed}.`);
      continue;
    }
    checkLosses(name, answer.losses as number[], losses[work]);
    contestants.push(contestant(form, { name, work, side, flops: productFlops, bound: PRODUCTS_NAME }));
  }
  await child.ask({ do: "open", name: "products", steps: 1 });
  contestants.push(
    contestant("products", { name: PRODUCTS_NAME, work: PRODUCTS, side: "PyTorch", flops: productFlops }),
  );
  return { contestants, notes };
}

function checkLosses(name: string, theirs: readonly number[], ours: readonly number[]): void {
  const off = theirs.findIndex((loss, t) => !(Math.abs(loss - ours[t]) <= LOSS_TOLERANCE * ours[t]));
  if (off < 0 && theirs.length === ours.length) return;
  throw new Error(
    `Cannot compare with ${name}: its losses [${theirs}] on the same batches from the same weights should be ` +
      `[${ours}], to ${LOSS_TOLERANCE} of themselves.`,
  );
}
