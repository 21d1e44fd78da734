import assert from "node:assert/strict";
import { join } from "node:path";
import { type PythonChild, startPython } from "../../lib/cli/bench/python_child.ts";
import { ADAGRAD, ROWWISE, torchSide } from "../../lib/cli/bench/torch_side.ts";

const context = { preparing: () => {} };
const options = {
  losses: { [ADAGRAD]: [0.7, 0.6], [ROWWISE]: [0.7, 0.5] },
  examples: 32,
  steps: 4,
  productFlops: 1e6,
};

/** A child that opens forms with the losses given, and says that a round took 2 s. */
function child(open: (form: string) => Record<string, unknown>): PythonChild {
  return {
    greeting: {},
    ask: ({ do: what, name }) => Promise.resolve(what === "open" ? open(name as string) : { seconds: 2 }),
    close: () => Promise.resolve(),
  };
}

const right = (form: string) => ({ losses: form.endsWith("/rowwise") ? [0.7, 0.5001] : [0.7, 0.6] });

Deno.test("torchSide makes a contestant of every form whose losses are ours", async () => {
  const { contestants, notes } = await torchSide(child(right), options, context);
  assert.deepEqual(notes, []);
  assert.deepEqual(contestants.map(({ name, side }) => `${side}: ${name}`), [
    "PyTorch eager: PyTorch, sparse gradients",
    "PyTorch eager: PyTorch, by hand",
    "PyTorch compiled: torch.compile, sparse gradients",
    "PyTorch compiled: torch.compile, whole step",
    "PyTorch eager: PyTorch row-wise, by hand, unique",
    "PyTorch eager: PyTorch row-wise, by hand",
    "PyTorch compiled: torch.compile row-wise, whole step",
    "PyTorch: PyTorch products",
  ]);
  assert.deepEqual(await Promise.all(contestants.map((contestant) => contestant.round())), Array(8).fill(2));
});

Deno.test("torchSide refuses to compare with a form that does not learn the same", async () => {
  const wrong = child((form) => form === "compiled/adagrad" ? { losses: [0.7, 0.602] } : right(form));
  await assert.rejects(torchSide(wrong, options, context), {
    message:
      "Cannot compare with torch.compile, whole step: its losses [0.7,0.602] on the same batches from the same " +
      "weights should be [0.7,0.6], to 0.001 of themselves.",
  });
  const short = child((form) => ({ losses: right(form).losses.slice(0, 1) }));
  await assert.rejects(torchSide(short, options, context), /Cannot compare with PyTorch, sparse gradients/);
});

Deno.test("torchSide leaves out a form that this PyTorch cannot do, and says why", async () => {
  const noCompiler = child((form) => form.startsWith("compiled") ? { failed: "no C++ compiler" } : right(form));
  const { contestants, notes } = await torchSide(noCompiler, options, context);
  assert.equal(contestants.filter(({ side }) => side === "PyTorch compiled").length, 0);
  assert.equal(contestants.length, 5);
  assert.deepEqual(notes[0], "torch.compile, sparse gradients is left out: no C++ compiler.");
});

/** Runs `work` with a program in the place of Python: a shell script that ignores its arguments. */
async function withPython(script: string, work: (folder: string) => Promise<void>): Promise<void> {
  const before = Deno.env.get("RECSCALE_PYTHON");
  const folder = await Deno.makeTempDir();
  const program = join(folder, "python");
  await Deno.writeTextFile(program, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  Deno.env.set("RECSCALE_PYTHON", program);
  try {
    await work(folder);
  } finally {
    if (before === undefined) Deno.env.delete("RECSCALE_PYTHON");
    else Deno.env.set("RECSCALE_PYTHON", before);
    await Deno.remove(folder, { recursive: true });
  }
}

const ignore = Deno.build.os === "windows"; // no sh

Deno.test({ name: "startPython speaks a JSON object a line each way", ignore }, async () => {
  const echo = `echo '{"version": "7"}'; while read line; do echo "{\\"heard\\": $line}"; done`;
  await withPython(echo, async (folder) => {
    const python = await startPython("dlrm_torch.py", folder);
    assert.ok("ask" in python);
    assert.deepEqual(python.greeting, { version: "7" });
    assert.deepEqual(await python.ask({ do: "round" }), { heard: { do: "round" } });
    assert.deepEqual(await python.ask({ text: "ä" }), { heard: { text: "ä" } });
    await python.close();
  });
});

Deno.test({ name: "startPython says what the script lacks", ignore }, async () => {
  await withPython(`echo '{"unavailable": "No module named torch"}'`, async (folder) => {
    assert.deepEqual(await startPython("dlrm_torch.py", folder), {
      unavailable: `${join(folder, "python")} says: No module named torch`,
    });
  });
});

Deno.test(
  { name: "startPython repeats the last words of a script that ends instead of answering", ignore },
  async () => {
    await withPython(`echo '{"version": "7"}'; read line; echo "out of memory" >&2; exit 1`, async (folder) => {
      const python = await startPython("dlrm_torch.py", folder);
      assert.ok("ask" in python);
      await assert.rejects(python.ask({}), {
        message: "dlrm_torch.py ended without an answer. Its last words:\nout of memory",
      });
      await python.close();
    });
  },
);
