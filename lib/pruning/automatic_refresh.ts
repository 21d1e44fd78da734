import type { DriftDetector } from "./drift/detector.ts";
import type { Policy } from "./policy.ts";

/** When a refresh is due by itself. */
export interface AutomaticOptions<State> {
  /** Watches the gaps of the batches: loss of the sparse model less that of the dense one, in nats. */
  readonly detector: DriftDetector<State>;
  /** Most FLOPs for refreshes, as a share of those of training the dense model; with D2S(r) it is about 1/r. */
  readonly budget: number;
}

/** Where the detector stands, and whether an alarm waits for the budget. */
export interface AutomaticState<State> {
  readonly detector: State;
  readonly due: boolean;
}

/**
 * D2S with an automatic r: a refresh when the detector finds that the gap to the dense model has risen, as soon as the budget allows it.
 * The detector begins anew at each refresh. A fall of the gap, which follows a refresh, is no reason.
 *
 * @throws {RangeError} when the budget is not positive
 */
export function automaticRefresh<State>(
  { detector, budget }: AutomaticOptions<State>,
): Policy<AutomaticState<State>> {
  if (!(budget > 0)) {
    throw new RangeError(`Cannot refresh on a budget of ${budget}: wanted a positive share of the dense training.`);
  }
  const init = () => ({ detector: detector.init(), due: false });
  return {
    name: `D2S(${detector.name})`,
    training: "incremental",
    keepsDense: true,
    init,
    decide(state, { gaps, denseFlops, refreshFlops, nextRefreshFlops }) {
      let { detector: watching, due } = state;
      for (const gap of gaps) {
        const detected = detector.update(watching, gap);
        due ||= detected.change === "up";
        watching = detected.change ? detector.init() : detected.state;
      }
      const affordable = refreshFlops + nextRefreshFlops <= budget * denseFlops;
      if (due && affordable) return { state: init(), refresh: true };
      return { state: { detector: watching, due }, refresh: false };
    },
  };
}
