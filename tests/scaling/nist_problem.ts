/** A problem of NIST's Statistical Reference Datasets, nonlinear regression. */
export interface NistProblem {
  readonly name: string;
  readonly model: (b: ArrayLike<number>, x: number) => number;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly starts: readonly (readonly number[])[];
  readonly parameters: readonly number[];
  readonly deviations: readonly number[];
  readonly residualSumOfSquares: number;
}

const { atan, cos, exp, PI, sin } = Math;

function gaussians(b: ArrayLike<number>, x: number): number {
  return b[0] * exp(-b[1] * x) + b[2] * exp(-(((x - b[3]) / b[4]) ** 2)) + b[5] * exp(-(((x - b[6]) / b[7]) ** 2));
}

function cubics(b: ArrayLike<number>, x: number): number {
  return (b[0] + b[1] * x + b[2] * x ** 2 + b[3] * x ** 3) / (1 + b[4] * x + b[5] * x ** 2 + b[6] * x ** 3);
}

function threeExponentials(b: ArrayLike<number>, x: number): number {
  return b[0] * exp(-b[1] * x) + b[2] * exp(-b[3] * x) + b[4] * exp(-b[5] * x);
}

/** Models as the files state them. */
export const MODELS: Readonly<Record<string, NistProblem["model"]>> = {
  Bennett5: (b, x) => b[0] * (b[1] + x) ** (-1 / b[2]),
  BoxBOD: (b, x) => b[0] * (1 - exp(-b[1] * x)),
  Chwirut2: (b, x) => exp(-b[0] * x) / (b[1] + b[2] * x),
  DanWood: (b, x) => b[0] * x ** b[1],
  Eckerle4: (b, x) => (b[0] / b[1]) * exp(-0.5 * ((x - b[2]) / b[1]) ** 2),
  ENSO: (b, x) =>
    b[0] + b[1] * cos(2 * PI * x / 12) + b[2] * sin(2 * PI * x / 12) + b[4] * cos(2 * PI * x / b[3]) +
    b[5] * sin(2 * PI * x / b[3]) + b[7] * cos(2 * PI * x / b[6]) + b[8] * sin(2 * PI * x / b[6]),
  Gauss1: gaussians,
  Gauss2: gaussians,
  Gauss3: gaussians,
  Hahn1: cubics,
  Kirby2: (b, x) => (b[0] + b[1] * x + b[2] * x ** 2) / (1 + b[3] * x + b[4] * x ** 2),
  Lanczos1: threeExponentials,
  Lanczos2: threeExponentials,
  Lanczos3: threeExponentials,
  MGH09: (b, x) => b[0] * (x ** 2 + x * b[1]) / (x ** 2 + x * b[2] + b[3]),
  MGH10: (b, x) => b[0] * exp(b[1] / (x + b[2])),
  MGH17: (b, x) => b[0] + b[1] * exp(-x * b[3]) + b[2] * exp(-x * b[4]),
  Misra1a: (b, x) => b[0] * (1 - exp(-b[1] * x)),
  Misra1b: (b, x) => b[0] * (1 - (1 + b[1] * x / 2) ** -2),
  Misra1c: (b, x) => b[0] * (1 - (1 + 2 * b[1] * x) ** -0.5),
  Misra1d: (b, x) => b[0] * b[1] * x / (1 + b[1] * x),
  Rat42: (b, x) => b[0] / (1 + exp(b[1] - b[2] * x)),
  Rat43: (b, x) => b[0] / (1 + exp(b[1] - b[2] * x)) ** (1 / b[3]),
  Roszman1: (b, x) => b[0] - b[1] * x - atan(b[2] / (x - b[3])) / PI,
  Thurber: cubics,
};

/** Reads a file in NIST's format, whose header names the lines where the data begin. */
export function parseNist(text: string): NistProblem {
  const name = /Dataset Name:\s+(\w+)/.exec(text)![1];
  const table = [...text.matchAll(/^\s*b\d+ =\s*(.+)$/gm)].map(([, row]) => row.trim().split(/\s+/).map(Number));
  const firstLine = Number(/Data\s+\(lines\s+(\d+)/.exec(text)![1]);
  const data = text.split("\n").slice(firstLine - 1).filter((line) => line.trim() !== "")
    .map((line) => line.trim().split(/\s+/).map(Number));
  return {
    name,
    model: MODELS[name],
    x: data.map(([, x]) => x),
    y: data.map(([y]) => y),
    starts: [0, 1].map((k) => table.map((row) => row[k])),
    parameters: table.map((row) => row[2]),
    deviations: table.map((row) => row[3]),
    residualSumOfSquares: Number(/Residual Sum of Squares:\s+(\S+)/.exec(text)![1]),
  };
}

/** How many digits of a certified value a value has: `-log10` of the relative error. At most 11, as the certificates have. */
export function digits(value: number, certified: number): number {
  return Math.min(11, -Math.log10(Math.abs(value - certified) / Math.abs(certified)));
}
