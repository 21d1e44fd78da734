import type { Progress } from "../engine/progress.ts";

/** Between two drawings of the line in a terminal. */
const REDRAW_MS = 100;
/** Between two plain lines where the output is a file or a pipe. */
const PLAIN_MS = 10_000;
const BAR_CELLS = 24;

/** Where a progress line goes; the default is this process's stderr. Tests put their own here. */
export interface ProgressOutput {
  write(text: string): void;
  /** Whether one line can be drawn over again and again. */
  redraws: boolean;
  columns(): number;
  /** Milliseconds on a clock that only goes forward. */
  now(): number;
}

/**
 * Shows progress on stderr: in a terminal one line that updates in place, with percent, note (or rate) and time left;
 * elsewhere, and with `NO_COLOR` or `CI` set, a plain line at most every 10 s. Either way one last line stays.
 */
export function terminalProgress(label: string, output: ProgressOutput = standardError()): Progress {
  const started = output.now();
  let first: { done: number; at: number } | undefined;
  let latest = { done: 0, total: 0, note: "" };
  let shownAt = output.redraws ? -Infinity : started;
  return {
    update(done, total, note = "") {
      const at = output.now();
      // Another total, or less done than before: a new stage of the work has begun, with a pace of its own.
      if (!first || total !== latest.total || done < latest.done) first = { done, at };
      latest = { done, total, note };
      if (at - shownAt < (output.redraws ? REDRAW_MS : PLAIN_MS)) return;
      shownAt = at;
      const perSecond = at > first.at ? (done - first.done) / (at - first.at) * 1000 : 0;
      const parts = [
        total > 0 ? `${Math.floor(100 * done / total)}%`.padStart(4) : done > 0 ? count(done) : "",
        note || (perSecond > 0 ? `${count(perSecond)}/s` : ""),
        total > 0 && perSecond > 0 ? `${duration((total - done) / perSecond)} left` : "",
      ];
      const line = parts.filter(Boolean).join("  ");
      if (!output.redraws) return output.write(`${label}: ${line.trim()}\n`);
      const bar = total > 0 ? `${drawBar(done / total)} ` : "";
      output.write(`\r${`${label} ${bar}${line}`.slice(0, output.columns() - 1)}\x1b[K`);
    },
    finish(note = latest.note) {
      const percent = latest.total > 0 && latest.done < latest.total
        ? `stopped at ${Math.floor(100 * latest.done / latest.total)}% after`
        : "done in";
      const line = `${label}: ${percent} ${duration((output.now() - started) / 1000)}${note ? `, ${note}` : ""}`;
      output.write(output.redraws ? `\r${line}\x1b[K\n` : `${line}\n`);
    },
  };
}

function standardError(): ProgressOutput {
  const encoder = new TextEncoder();
  const set = (name: string) => !["", "0", "false", undefined].includes(Deno.env.get(name));
  return {
    write: (text) => void Deno.stderr.writeSync(encoder.encode(text)),
    redraws: Deno.stderr.isTerminal() && !set("NO_COLOR") && !set("CI"),
    columns: () => Deno.consoleSize().columns || 80, // some pseudo-terminals say 0
    now: () => performance.now(),
  };
}

function drawBar(share: number): string {
  const full = Math.round(BAR_CELLS * Math.min(1, Math.max(0, share)));
  return "█".repeat(full) + "░".repeat(BAR_CELLS - full);
}

/** `950`, `12.3k`, `4.56M`: three digits of a count. */
function count(value: number): string {
  const power = value >= 1e9 ? 3 : value >= 1e6 ? 2 : value >= 1e4 ? 1 : 0;
  return Number((value / 1000 ** power).toPrecision(3)) + ["", "k", "M", "G"][power];
}

/** `0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`. */
function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
