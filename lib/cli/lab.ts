import { relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type LabEnvironment, prepareLab } from "../notebook/lab_environment.ts";
import { cacheFolder, findPython } from "../engine/library/mod.ts";
import { main } from "./command.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Runs JupyterLab until it ends, `signal` aborts or this process is told to end; then it ends its kernels in good order. */
async function runLab(lab: LabEnvironment, args: string[], signal: AbortSignal): Promise<number> {
  const child = new Deno.Command(lab.python, {
    args: ["-m", "jupyterlab", ...args],
    // A kernel of the same name that this user has elsewhere must not come first.
    env: { JUPYTER_PREFER_ENV_PATH: "1" },
    stdin: "null", // or it would ask whether to stop
  }).spawn();
  const stop = () => child.kill("SIGTERM");
  signal.addEventListener("abort", stop, { once: true });
  if (Deno.build.os !== "windows") {
    for (const told of ["SIGTERM", "SIGHUP"] as const) Deno.addSignalListener(told, stop);
  }
  return (await child.status).code;
}

/** The page to open: a notebook of the project, or the list of them. */
function page(notebook: string | undefined): string {
  const path = notebook === undefined ? "notebooks" : relative(root, resolve(notebook)).replaceAll("\\", "/");
  if (path.startsWith("..")) throw new Error(`Cannot open ${notebook}: it is outside the project, ${root}`);
  return `/lab/tree/${path.split("/").map(encodeURIComponent).join("/")}`;
}

if (import.meta.main) {
  await main({
    name: "lab",
    summary: "Opens the notebooks in JupyterLab, with the kernel and interactive figures ready.",
    details: `
JupyterLab is set up once, in a Python environment of its own in this user's cache folder (RECSCALE_CACHE moves it), with
python3 and pip (RECSCALE_PYTHON names another Python). Nothing else on the machine changes.`,
    positionals: "[NOTEBOOK]",
    options: {
      port: { type: "string", value: "PORT", help: "the port to serve on (default: 8888, or the next one free)" },
      "no-browser": { type: "boolean", help: "print the address instead of opening it" },
      prepare: { type: "boolean", help: "only set up, do not start" },
    },
    stopsOnSignal: true,
    async run(values, [notebook], signal) {
      const python = await findPython();
      if (!python) throw new Error("Cannot set up JupyterLab: found no python3; install Python 3.10 or later");
      const opened = page(notebook);
      const port = values.port === undefined ? [] : [`--ServerApp.port=${portNumber(values.port)}`];
      const lab = await prepareLab({
        python: python.command,
        cacheFolder: cacheFolder(),
        onStep: (step) => console.error(step),
        signal,
      });
      if (values.prepare) return 0;
      const args = [
        `--ServerApp.root_dir=${root}`,
        `--LabApp.default_url=${opened}`,
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--ServerApp.log_level=WARN", // the address is printed all the same
        ...port,
      ];
      if (Deno.uid() === 0) args.push("--allow-root"); // in containers there is often no other user
      if (values["no-browser"]) args.push("--no-browser");
      return await runLab(lab, args, signal);
    },
  });
}

function portNumber(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new Error(`Cannot serve on port "${text}": wanted a number from 1 to 65535`);
}
