/**
 * Where a long piece of work tells how far it is: a bar in a terminal, one line that updates in place in a notebook, or
 * nothing. The work calls `update` as often as it likes; what shows it decides how often to draw.
 */
export interface Progress {
  /** `done` of `total` units are finished; `note` is a short text such as the rate or the current NE. */
  update(done: number, total: number, note?: string): void;
  /** The work has ended; `note` replaces the last one. */
  finish(note?: string): void;
}

/** Shows nothing. */
export const noProgress: Progress = { update() {}, finish() {} };
