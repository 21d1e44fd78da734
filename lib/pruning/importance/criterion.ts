import type { Observation } from "../gradient_statistics.ts";
import type { LayerValues, PrunableMatrix } from "../mask.ts";

/** Importance by matrix and the state to go on from. */
export interface Scored<State> {
  readonly state: State;
  /** Higher is more important; any sign. */
  readonly scores: LayerValues;
}

/** What makes a weight important: a pair of functions over plain state. */
export interface Criterion<State = unknown> {
  readonly name: string;
  /** The paper that it comes from. */
  readonly source: string;
  init(matrices: readonly PrunableMatrix[]): State;
  /** Takes in what was observed since the last update. */
  update(state: State, observation: Observation): Scored<State>;
}
