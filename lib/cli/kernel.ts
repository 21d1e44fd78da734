import { join } from "node:path";
import { installKernelspec, jupyterDataDir, KERNELSPEC_METADATA } from "../notebook/kernelspec.ts";
import { main } from "./command.ts";

if (import.meta.main) {
  await main({
    name: "kernel",
    summary: `Installs the notebook kernel "${KERNELSPEC_METADATA.display_name}" for JupyterLab and VS Code.`,
    details: `
It is Deno's own kernel with its outputs put in order: none is lost or shown under another cell, cells queued behind an
error are dropped, and an interrupt leaves the kernel alive. It is installed for this user unless --prefix names a Python
environment. Run this again after moving the project or Deno: the kernel holds their paths.`,
    options: {
      prefix: { type: "string", value: "FOLDER", help: "install into this Python environment instead" },
    },
    async run({ prefix }) {
      const folder = await installKernelspec(
        prefix === undefined ? jupyterDataDir() : join(prefix, "share", "jupyter"),
      );
      console.log(`Installed the kernel "${KERNELSPEC_METADATA.display_name}" in ${folder}`);
    },
  });
}
