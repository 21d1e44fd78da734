/** Scaling laws: fits, and what follows from them. Needs nothing of the engine. */
export { type ComparedLaw, compareLaws, type CompareOptions, type LawComparison } from "./compare_laws.ts";
export type {
  ByParameter,
  Fit,
  FitLoss,
  FitReport,
  FitStatus,
  GainPerDoubling,
  IdentifiedFit,
  Profile,
  UnidentifiedFit,
} from "./fit.ts";
export { fitLaw, type FitOptions } from "./fit_law.ts";
export type { Law, LawName } from "./law.ts";
export { lawNamed, LAWS } from "./laws/law_named.ts";
export { type LeastSquaresFit, type LeastSquaresProblem, nonlinearLeastSquares } from "./nonlinear_least_squares.ts";
export type { Observation } from "./observation.ts";
export type { LossOptions } from "./prepare.ts";
export { type ReplicateNoise, replicateNoise } from "./replicate_noise.ts";
export { createRefitter, type Refit, type Refitter } from "./refitter.ts";
