import { MODELS, type NistProblem } from "./nist_problem.ts";

/**
 * More of NIST's problems, typed in: small ones, and Lanczos's, whose data are a formula rounded to so many digits. They are kept
 * apart from the files because a slip of the hand would show as a failure of the solver, not the other way round: all 11 digits of
 * ten certificates do not come out of wrong data.
 */
const ADSORPTION = {
  x: [77.6, 114.9, 141.1, 190.8, 239.9, 289, 332.8, 378.4, 434.8, 477.3, 536.8, 593.1, 689.1, 760],
  y: [10.07, 14.73, 17.94, 23.93, 29.61, 35.18, 40.02, 44.82, 50.76, 55.05, 61.01, 66.4, 75.47, 81.78],
};

function lanczos(round: (value: number) => string): Pick<NistProblem, "x" | "y" | "starts"> {
  const x = Array.from({ length: 24 }, (_, i) => i / 20);
  const truth = [0.0951, 1, 0.8607, 3, 1.5576, 5];
  return {
    x,
    y: x.map((x) => Number(round(MODELS.Lanczos1(truth, x)))),
    starts: [[1.2, 0.3, 5.6, 5.5, 6.5, 7.6], [0.5, 0.7, 3.6, 4.2, 4, 6.3]],
  };
}

const TABLE: readonly Omit<NistProblem, "model">[] = [
  {
    name: "BoxBOD",
    x: [1, 2, 3, 5, 7, 10],
    y: [109, 149, 149, 191, 213, 224],
    starts: [[1, 1], [100, 0.75]],
    parameters: [2.1380940889e2, 5.4723748542e-1],
    deviations: [1.2354515176e1, 1.0455993237e-1],
    residualSumOfSquares: 1.1680088766e3,
  },
  {
    name: "MGH09",
    x: [4, 2, 1, 0.5, 0.25, 0.167, 0.125, 0.1, 0.0833, 0.0714, 0.0625],
    y: [0.1957, 0.1947, 0.1735, 0.16, 0.0844, 0.0627, 0.0456, 0.0342, 0.0323, 0.0235, 0.0246],
    starts: [[25, 39, 41.5, 39], [0.25, 0.39, 0.415, 0.39]],
    parameters: [1.9280693458e-1, 1.9128232873e-1, 1.2305650693e-1, 1.3606233068e-1],
    deviations: [1.1435312227e-2, 1.9633220911e-1, 8.0842031232e-2, 9.0025542308e-2],
    residualSumOfSquares: 3.0750560385e-4,
  },
  {
    name: "MGH17",
    x: Array.from({ length: 33 }, (_, i) => 10 * i),
    // deno-fmt-ignore
    y: [
      0.844, 0.908, 0.932, 0.936, 0.925, 0.908, 0.881, 0.85, 0.818, 0.784, 0.751, 0.718, 0.685, 0.658, 0.628, 0.603, 0.58,
      0.558, 0.538, 0.522, 0.506, 0.49, 0.478, 0.467, 0.457, 0.448, 0.438, 0.431, 0.424, 0.42, 0.414, 0.411, 0.406,
    ],
    starts: [[50, 150, -100, 1, 2], [0.5, 1.5, -1, 0.01, 0.02]],
    parameters: [3.7541005211e-1, 1.9358469127, -1.4646871366, 1.2867534640e-2, 2.2122699662e-2],
    deviations: [2.0723153551e-3, 2.2031669222e-1, 2.2175707739e-1, 4.4861358114e-4, 8.9471996575e-4],
    residualSumOfSquares: 5.4648946975e-5,
  },
  {
    name: "Rat43",
    x: Array.from({ length: 15 }, (_, i) => i + 1),
    // deno-fmt-ignore
    y: [
      16.08, 33.83, 65.8, 97.2, 191.55, 326.2, 386.87, 520.53, 590.03, 651.92, 724.93, 699.56, 689.96, 637.56, 717.41,
    ],
    starts: [[100, 10, 1, 1], [700, 5, 0.75, 1.3]],
    parameters: [6.9964151270e2, 5.2771253025, 7.5962938329e-1, 1.2792483859],
    deviations: [1.6302297817e1, 2.0828735829, 1.9566123451e-1, 6.8761936385e-1],
    residualSumOfSquares: 8.7864049080e3,
  },
  {
    name: "Misra1b",
    ...ADSORPTION,
    starts: [[500, 1e-4], [300, 2e-4]],
    parameters: [3.3799746163e2, 3.9039091287e-4],
    deviations: [3.1643950207, 4.2547321834e-6],
    residualSumOfSquares: 7.5464681533e-2,
  },
  {
    name: "Misra1d",
    ...ADSORPTION,
    starts: [[500, 1e-4], [450, 3e-4]],
    parameters: [4.3736970754e2, 3.0227324449e-4],
    deviations: [3.6489174345, 2.9334354479e-6],
    residualSumOfSquares: 5.6419295283e-2,
  },
  {
    name: "Lanczos1",
    ...lanczos((value) => value.toPrecision(13)),
    parameters: [9.5100000027e-2, 1.0000000001, 8.6070000013e-1, 3.0000000002, 1.5575999998, 5.0000000001],
    deviations: [
      5.3347304234e-11,
      2.7473038179e-10,
      1.3576062225e-10,
      3.3308253069e-10,
      1.8815731448e-10,
      1.1057500538e-10,
    ],
    residualSumOfSquares: 1.4307867721e-25,
  },
  {
    name: "Lanczos3",
    ...lanczos((value) => value.toFixed(4)),
    parameters: [8.6816414977e-2, 9.5498101505e-1, 8.4400777463e-1, 2.9515951832, 1.5825685901, 4.9863565084],
    deviations: [1.7197908859e-2, 9.7041624475e-2, 4.1488663282e-2, 1.0766312506e-1, 5.8371576281e-2, 3.4436403035e-2],
    residualSumOfSquares: 1.6117193594e-8,
  },
];

export const NIST_CERTIFICATES: readonly NistProblem[] = TABLE.map((problem) => ({
  ...problem,
  model: MODELS[problem.name],
}));
