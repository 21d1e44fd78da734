import { join } from "node:path";
import { installKernelspec } from "./kernelspec.ts";

/**
 * What the environment holds: JupyterLab 4, and plotly for the lab extension inside it, which draws our figures (MIME type
 * `application/vnd.plotly.v1+json`) without asking anything of the network. plotly 7 carries Plotly.js 4, as our figures do.
 */
const REQUIREMENTS = ["jupyterlab>=4.4,<5", "plotly>=7,<8"];

/**
 * Settings that a person who has none of their own begins with: JupyterLab does not ask to fetch its project's news, nor look
 * for updates, so a first start shows the notebook alone and asks nothing of the network.
 */
const SETTINGS = {
  "@jupyterlab/apputils-extension:notification": { fetchNews: "false", checkForUpdates: false },
};

/** A Python environment that has JupyterLab and our kernel. */
export interface LabEnvironment {
  folder: string;
  /** Its Python: `python -m jupyterlab` starts the lab. */
  python: string;
}

/**
 * Makes sure of a Python environment with JupyterLab under `cacheFolder`, and installs our kernel there. The first time this
 * fetches about 60 MB with pip; an environment that was left half made is made anew.
 *
 * @throws {Error} with the last lines of what Python said when it could not make the environment.
 */
export async function prepareLab(options: {
  /** The Python to make it with. */
  python: string;
  cacheFolder: string;
  onStep?: (step: string) => void;
  signal?: AbortSignal;
}): Promise<LabEnvironment> {
  const folder = join(options.cacheFolder, "lab");
  const python = Deno.build.os === "windows" ? join(folder, "Scripts", "python.exe") : join(folder, "bin", "python");
  const marker = join(folder, "recscale.txt"); // written last: says that all of it is there
  const wanted = REQUIREMENTS.join("\n") + "\n";
  const made = await Deno.readTextFile(marker).catch(() => "");
  if (made !== wanted) {
    options.onStep?.(`Setting up JupyterLab in ${folder} (once; fetches about 60 MB)`);
    await Deno.remove(folder, { recursive: true }).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
    await run(options.python, ["-m", "venv", folder], "make a Python environment", options.signal);
    const install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...REQUIREMENTS];
    await run(python, install, "install JupyterLab", options.signal);
    await Deno.writeTextFile(marker, wanted);
  }
  await installKernelspec(join(folder, "share", "jupyter")); // every time: Deno or the project may have moved
  const settings = join(folder, "share", "jupyter", "lab", "settings");
  await Deno.mkdir(settings, { recursive: true });
  await Deno.writeTextFile(join(settings, "overrides.json"), JSON.stringify(SETTINGS, null, 2) + "\n");
  return { folder, python };
}

async function run(command: string, args: string[], purpose: string, signal: AbortSignal | undefined): Promise<void> {
  const child = new Deno.Command(command, { args, stdin: "null", signal });
  const { success, stdout, stderr } = await child.output();
  signal?.throwIfAborted();
  if (success) return;
  const decoder = new TextDecoder();
  const said = (decoder.decode(stdout) + decoder.decode(stderr)).trim().split("\n").slice(-12).join("\n");
  throw new Error(`Cannot ${purpose}: "${command} ${args.slice(0, 3).join(" ")}" failed and said:\n${said}`);
}
