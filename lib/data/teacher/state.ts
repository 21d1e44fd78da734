import { activeTerms, type TeacherConfig, type TermName } from "./config.ts";
import { type Latents, latentsAt } from "./latents.ts";
import type { TeacherStructure } from "./structure.ts";
import { TERM_BUILDERS } from "./terms.ts";
import type { Term } from "./terms/term.ts";

/** The teacher at one moment: latents and terms as they then are. Its tables fill as they are used. */
export interface TeacherState {
  /** In periods. */
  readonly time: number;
  readonly latents: Latents;
  /** The terms with a share, in the order of the ladder. */
  readonly terms: readonly { readonly name: TermName; readonly evaluate: Term }[];
}

/** Gives the state at a time, making it when it is not among those kept. */
export type StateAt = (time: number) => TeacherState;

/** States kept under drift: at most so many, and fewer when their tables are large (128 MB together). */
const KEPT_STATES = 64;
const KEPT_NUMBERS = 1 << 25;

const keptStates = new WeakMap<TeacherStructure, { config: TeacherConfig; stateAt: StateAt }>();

/**
 * The states of a teacher. Streams of one teacher share them, and with them the latents computed so far; they live as
 * long as the structure does.
 */
export function statesOf(config: TeacherConfig, structure: TeacherStructure): StateAt {
  const known = keptStates.get(structure);
  if (known?.config === config) return known.stateAt;
  const stateAt = keepStates(config, structure);
  keptStates.set(structure, { config, stateAt });
  return stateAt;
}

function keepStates(config: TeacherConfig, structure: TeacherStructure): StateAt {
  const { churn, walk, concept } = config.drift;
  const latentsMove = churn > 0 || walk.share > 0;
  const termsMove = latentsMove || concept.share > 0;
  const still = latentsMove ? undefined : latentsAt(config, 0);
  const fixedTerms = termsMove ? undefined : termsAt(config, structure, 0);
  const kept = new Map<number, TeacherState>();

  return (time) => {
    const known = kept.get(time);
    if (known) return known;
    const latents = still ?? latentsAt(config, time);
    const state = { time, latents, terms: fixedTerms ?? termsAt(config, structure, time) };
    const limit = still ? KEPT_STATES : Math.max(2, Math.min(KEPT_STATES, Math.floor(KEPT_NUMBERS / latents.size)));
    while (kept.size >= limit) kept.delete(kept.keys().next().value!);
    kept.set(time, state);
    return state;
  };
}

function termsAt(config: TeacherConfig, structure: TeacherStructure, time: number): TeacherState["terms"] {
  return activeTerms(config).map((name) => ({ name, evaluate: TERM_BUILDERS[name](config, structure, time) }));
}
