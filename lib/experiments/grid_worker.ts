import { decodeLine, encodeMessage, type FromWorker, linesOf, type ToWorker } from "./worker_protocol.ts";

/** What became of a run that a worker was given. */
export type WorkerOutcome =
  | Extract<FromWorker, { type: "obtained" | "taken" | "stopped" }>
  /** The worker has ended, or must be ended. `log` is the end of what it printed. */
  | { readonly type: "failed"; readonly message: string; readonly log: string };

/** What is heard of a run while it goes on. */
export interface RunListener {
  progress(done: number, total: number, note: string): void;
  notice(message: string): void;
}

/** A process that makes runs, one at a time. */
export interface GridWorker {
  readonly pid: number;
  run(task: Omit<Extract<ToWorker, { type: "run" }>, "type">, listener: RunListener): Promise<WorkerOutcome>;
  /** Stops the run, which saves its state first, and lets the process end. */
  stop(): void;
  /** Lets the process end, and waits until it has. */
  end(): Promise<void>;
}

/** What starts a worker. */
export interface GridWorkerOptions {
  /** Threads inside an op. */
  readonly threads: number;
  /** Address of the module that speaks the protocol. Default `run_worker.ts`. */
  readonly entry?: string;
}

const LOG_LINES = 30;

/** Starts a worker process in this process's folder and environment. */
export function startWorker(
  { threads, entry = import.meta.resolve("./run_worker.ts") }: GridWorkerOptions,
): GridWorker {
  const config = new URL("../../deno.json", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--config", Deno.build.os === "windows" ? config.slice(1) : config, entry],
    env: { RECSCALE_THREADS: String(threads), NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const log: string[] = [];
  const remember = (line: string) => {
    if (line.trim() !== "") log.push(line);
    if (log.length > LOG_LINES) log.shift();
  };
  let current: { listener: RunListener; answer: (outcome: WorkerOutcome) => void } | null = null;
  const answer = (outcome: WorkerOutcome) => {
    current?.answer(outcome);
    current = null;
  };
  const hear = (message: FromWorker) => {
    if (message.type === "progress") return current?.listener.progress(message.done, message.total, message.note);
    if (message.type === "notice") return current?.listener.notice(message.message);
    if (message.type === "failed") {
      return answer({ type: "failed", message: message.message, log: [...log, message.stack].join("\n") });
    }
    answer(message);
  };
  const reading = (async () => {
    for await (const line of linesOf(child.stdout)) {
      const { message, text } = decodeLine<FromWorker>(line);
      remember(text);
      if (message) hear(message);
    }
  })();
  const logging = (async () => {
    for await (const line of linesOf(child.stderr)) remember(line);
  })();
  const ended = Promise.all([child.status, reading, logging]).then(([{ code, signal }]) => {
    const how = signal ? `killed by ${signal}${signal === "SIGKILL" ? " (out of memory?)" : ""}` : `status ${code}`;
    answer({ type: "failed", message: `The worker process ended before its run did: ${how}.`, log: log.join("\n") });
  });
  const input = child.stdin.getWriter();
  // a worker that has died cannot be written to; `ended` says why
  const send = (message: ToWorker) =>
    void input.write(new TextEncoder().encode(encodeMessage(message))).catch(() => {});
  return {
    pid: child.pid,
    run(task, listener) {
      return new Promise((resolve) => {
        current = { listener, answer: resolve };
        void ended.then(() =>
          answer({ type: "failed", message: "The worker process had ended.", log: log.join("\n") })
        );
        send({ type: "run", ...task });
      });
    },
    stop: () => send({ type: "stop" }),
    async end() {
      await input.close().catch(() => {});
      await ended;
    },
  };
}
