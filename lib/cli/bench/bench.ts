import type { Progress } from "../../engine/progress.ts";

/** One of those that are compared: it does the same pass over and over, whenever its turn comes. */
export interface Contestant {
  readonly name: string;
  /** What it does. Only contestants of the same work are compared with each other. */
  readonly work: string;
  /** Whose it is. Of the contestants of a side that do the same work in different ways the fastest counts. */
  readonly side: string;
  /** Examples of one pass. */
  readonly examples: number;
  /** Passes of one round. */
  readonly passes: number;
  /** Floating-point operations of one pass, where it makes sense to count them. */
  readonly flops?: number;
  /** Name of the contestant whose time this one cannot beat, as its work is a part of this one's. */
  readonly bound?: string;
  /** Does one round. @returns seconds for all its passes */
  round(): Promise<number>;
}

/** A bench that is ready to run: everything is built and warm. */
export interface Arena {
  /** In the order of the table. */
  readonly contestants: readonly Contestant[];
  /** The side that the others are compared with. */
  readonly reference: string;
  /** What a reader must know to judge the numbers, each as a sentence: who is absent, and what is not alike. */
  readonly notes: readonly string[];
  /** Sizes, versions, threads: what determines the numbers. Plain JSON. */
  readonly facts: Readonly<Record<string, unknown>>;
  close(): Promise<void>;
}

/** One comparison of speeds. */
export interface Bench {
  readonly name: string;
  /** One line: what is timed. */
  readonly summary: string;
  /** What a pass is called: "step", "reading". */
  readonly pass: string;
  /** What is counted: "examples", "rows". */
  readonly counted: string;
  open(context: BenchContext): Promise<Arena>;
}

export interface BenchContext {
  /** Told what is being made ready, which may take a while. */
  readonly preparing: (what: string) => void;
  readonly signal?: AbortSignal;
}

export interface RunBenchOptions {
  readonly rounds: number;
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
}
