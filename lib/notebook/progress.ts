import { noProgress, type Progress } from "../engine/progress.ts";
import { inNotebook } from "./in_notebook.ts";

/** Milliseconds between two drawings. */
const redrawMs = 250;
const barCells = 20;

/** Where the line is drawn. Tests put their own here. */
export interface NotebookLine {
  /** Shows `text`, replacing what was shown before. */
  show(text: string): Promise<void>;
  /** Milliseconds on a clock that only goes forward. */
  now(): number;
}

/**
 * Shows progress in a notebook: one line that updates in place at most four times a second, with a bar, percent, the note
 * and the time left; in the end one line stays that says how long it took. The saved notebook has that line only. Outside
 * a notebook it shows nothing.
 *
 * Work that never awaits cannot be seen: the kernel sends only when the event loop turns.
 *
 * ```ts
 * import { notebookProgress } from "recscale/notebook";
 *
 * const progress = notebookProgress("training");
 * progress.update(512, 1024, "NE 0.8123");
 * progress.finish();
 * ```
 */
export function notebookProgress(
  label: string,
  line: NotebookLine | undefined = inNotebook() ? displayedLine() : undefined,
): Progress {
  if (!line) return noProgress;
  const started = line.now();
  const show = latestOnly((text) => line.show(text));
  let shownAt = -Infinity;
  let count = 0, latestNote = "";
  return {
    update(done, total, note = "") {
      count = done;
      latestNote = note;
      const now = line.now();
      if (now - shownAt < redrawMs) return;
      shownAt = now;
      if (!(total > 0)) return show([`${label}: ${done.toLocaleString("en-US")}`, note].filter(Boolean).join(" · "));
      const share = Math.min(1, done / total);
      const left = done > 0 && total > done ? `${duration((now - started) * (total - done) / done)} left` : "";
      const cells = Math.round(share * barCells);
      const bar = "█".repeat(cells) + "░".repeat(barCells - cells);
      show([`${label} ${bar} ${Math.floor(share * 100)}%`, note, left].filter(Boolean).join(" · "));
    },
    finish(note = latestNote) {
      const took = `${duration(line.now() - started)}`;
      show([`${label}: ${count.toLocaleString("en-US")} in ${took}`, note].filter(Boolean).join(" · "));
    },
  };
}

/** Calls `send` with one text at a time, in order; of the texts that come meanwhile only the last is sent. */
function latestOnly(send: (text: string) => Promise<void>): (text: string) => void {
  let sending = false;
  let next: string | undefined;
  const drain = async () => {
    sending = true;
    try {
      while (next !== undefined) {
        const text = next;
        next = undefined;
        await send(text);
      }
    } catch {
      next = undefined; // a line that cannot be shown must not stop the work
    } finally {
      sending = false;
    }
  };
  return (text) => {
    next = text;
    if (!sending) void drain();
  };
}

/** A display of the notebook that is updated by its id. */
function displayedLine(): NotebookLine {
  const id = crypto.randomUUID();
  let shown = false;
  return {
    async show(text) {
      const type = shown ? "update_display_data" : "display_data";
      shown = true;
      await Deno.jupyter.broadcast(type, {
        data: { "text/plain": text },
        metadata: {},
        transient: { display_id: id },
      });
    },
    now: () => performance.now(),
  };
}

/** `0.4 s`, `12 s`, `3:05 min`, `2:40 h`. */
function duration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 59.5) return `${seconds.toFixed(0)} s`;
  const whole = Math.round(seconds);
  const [big, small, unit] = whole < 3600
    ? [Math.floor(whole / 60), whole % 60, "min"]
    : [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, "h"];
  return `${big}:${String(small).padStart(2, "0")} ${unit}`;
}
