import type { Diagnosis } from "./diagnosis.ts";

/** One line of a diagnosis, for people. */
export interface DiagnosisRow {
  readonly item: string;
  readonly value: string;
  /** What to do about it; absent when nothing is missing. */
  readonly advice?: string;
}

/** Less memory than this is what a small study takes beside the library itself. */
const LEAST_MEMORY = 4e9;

/** A diagnosis as a table, in the order in which things matter. */
export function diagnosisRows(diagnosis: Diagnosis): DiagnosisRow[] {
  const { machine, versions, cache } = diagnosis;
  return [
    { item: "Machine", value: `${machine.processor}, ${machine.cores} cores, ${machine.os} on ${machine.arch}` },
    {
      item: "Memory",
      value: `${gigabytes(machine.availableMemoryBytes)} of ${gigabytes(machine.memoryBytes)} available`,
      advice: machine.availableMemoryBytes < LEAST_MEMORY
        ? "Close other programs, or run studies with their smoke profile: large models may not fit."
        : undefined,
    },
    {
      item: "Versions",
      value: `recscale ${versions.recscale}, Deno ${versions.deno}, V8 ${versions.v8}, ` +
        `TypeScript ${versions.typescript}, tfjs ${versions.tfjs}`,
    },
    ...engineRows(diagnosis),
    libraryRow(diagnosis),
    { item: "Cache", value: `${cache.folder}, ${gigabytes(cache.bytes)}` },
    pythonRow(diagnosis),
    {
      item: "Static figures",
      value: diagnosis.browserProblem ? "no browser" : "a browser starts",
      advice: diagnosis.browserProblem
        ? `Figures cannot be written as SVG, PDF or PNG: ${diagnosis.browserProblem}`
        : undefined,
    },
    ...notebookRows(diagnosis),
  ];
}

function engineRows({ engine, machine }: Diagnosis): DiagnosisRow[] {
  if ("problem" in engine) {
    return [{
      item: "Engine",
      value: "does not open",
      advice: `Nothing can be trained until this is solved: ${engine.problem}`,
    }];
  }
  const { threads, matmul } = engine;
  const advice = engine.fallbackReason !== null
    ? `TensorFlow would be several times faster: ${engine.fallbackReason}. Once that is solved, run: deno task setup`
    : machine.nvidiaDriver !== null && engine.device === "CPU"
    ? `There is an NVIDIA driver (${machine.nvidiaDriver}) but no GPU is used. Unless RECSCALE_DEVICE=cpu is meant, ` +
      `run: deno task setup`
    : undefined;
  return [
    { item: "Engine", value: `${engine.description}, backend ${engine.backend}`, advice },
    { item: "Threads", value: `${threads.intraOp} inside an op, ${threads.interOp} between ops` },
    {
      item: "Matrix product",
      value: `${matmul.medianGflops.toPrecision(3)} GFLOP/s (best ${matmul.bestGflops.toPrecision(3)}) at ` +
        `${matmul.size} x ${matmul.size} float32`,
    },
  ];
}

function libraryRow({ library, engine }: Diagnosis): DiagnosisRow {
  if (!library) {
    // Where the engine wanted it, its own line says why it is not here.
    const told = "problem" in engine || engine.fallbackReason !== null;
    return { item: "TensorFlow", value: "not here", advice: told ? undefined : "To fetch it, run: deno task setup" };
  }
  const build = library.cuda ? "CUDA build" : "CPU build";
  const source = library.source === "cache" ? "fetched" : `from ${library.source}`;
  return { item: "TensorFlow", value: `${library.version}, ${build}, ${source}: ${library.mainPath}` };
}

function pythonRow({ python, library }: Diagnosis): DiagnosisRow {
  const item = "Python";
  const needed = library === null;
  if (!python) {
    const advice = needed ? "Install Python 3 with pip: TensorFlow's library is fetched with it." : undefined;
    return { item, value: "none; needed only to fetch TensorFlow", advice };
  }
  return {
    item,
    value: `${python.version}, ${python.pip ? "with pip" : "without pip"} (${python.command})`,
    advice: needed && !python.pip
      ? "Install pip for it (python3 -m ensurepip): TensorFlow's library is fetched with it."
      : undefined,
  };
}

function notebookRows({ notebook }: Diagnosis): DiagnosisRow[] {
  return [
    {
      item: "Jupyter",
      value: notebook.jupyter ?? "none",
      advice: notebook.jupyter
        ? undefined
        : "To open notebooks in JupyterLab, run: deno task lab (it sets up its own). VS Code needs none.",
    },
    {
      item: "Kernel",
      value: notebook.kernelspec ?? "not installed",
      advice: notebook.current
        ? undefined
        : notebook.kernelspec
        ? "It starts another copy of the project or another Deno. Install it anew: deno task kernel"
        : "To open notebooks in Jupyter or VS Code, install it: deno task kernel",
    },
  ];
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
