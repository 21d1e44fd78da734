import assert from "node:assert/strict";

/** Runs `code` in a process of its own, since a browser belongs to its process. Modules are those of the working tree. */
function script(code: string, env: Record<string, string> = {}): Deno.ChildProcess {
  const modules = new URL("../../lib/figures/mod.ts", import.meta.url);
  const examples = new URL("./example_figures.ts", import.meta.url);
  const imports = `import * as figures from ${JSON.stringify(modules)}; import * as examples from ${
    JSON.stringify(examples)
  };`;
  const config = new URL("../../deno.json", import.meta.url).pathname;
  return new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-all",
      "--no-check",
      `--config=${config}`,
      `data:text/typescript,${encodeURIComponent(imports + code)}`,
    ],
    env,
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

Deno.test("without a browser a figure still shows itself, and export says what it left out and why", async () => {
  const folder = await Deno.makeTempDir();
  const { success, stdout, stderr } = await script(
    `
    const figure = examples.onePanel();
    const bundle = await figure[figures.jupyterDisplay]();
    const exported = await figures.exportFigure(figure, ${JSON.stringify(folder)});
    console.log(JSON.stringify({ types: Object.keys(bundle), text: bundle["text/plain"], ...exported }));
  `,
    { RECSCALE_CHROMIUM: "/no/such/browser", TMPDIR: folder },
  ).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  const { types, text, written, skipped } = JSON.parse(new TextDecoder().decode(stdout));
  assert.deepEqual(types, ["application/vnd.plotly.v1+json", "text/plain"]);
  assert.match(
    text,
    /^NE of two models.*\n\(No static image: no browser starts: RECSCALE_CHROMIUM=\/no\/such\/browser does not start/,
  );
  assert.deepEqual(written, [`${folder}/one_panel.html`, `${folder}/one_panel.csv`]);
  assert.deepEqual(skipped.map((item: { format: string }) => item.format), ["svg", "pdf", "png"]);
  assert.ok(!skipped[0].reason.includes("\n"), "the reason is one line");
  const html = await Deno.readTextFile(written[0]);
  assert.match(html, /Bayes-optimal NE 0\.7912/);
  assert.match(html, /<figcaption>NE of two models/);
  assert.doesNotMatch(html, /<(script|link|img)[^>]+(src|href)=/, "nothing is loaded from elsewhere");
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a script that draws a figure and forgets the browser ends by itself", async () => {
  const child = script(`
    const problem = await figures.browserProblem();
    if (!problem) await figures.renderSvg(examples.onePanel().spec);
    console.log(problem ?? "drawn");
  `);
  const late = setTimeout(() => child.kill("SIGKILL"), 20_000);
  const { success } = await child.output();
  clearTimeout(late);
  assert.ok(success, "it was still running after 20 s");
});

Deno.test({
  name: "no Chromium outlives a process that is killed",
  ignore: Deno.build.os !== "linux", // processes are read from /proc
  async fn() {
    const temporary = await Deno.makeTempDir(); // for the profile that a killed process leaves behind
    const child = script(
      `
      console.log(await figures.browserProblem() ?? "started");
      setInterval(() => {}, 1000);
    `,
      { TMPDIR: temporary },
    );
    const reader = child.stdout.getReader();
    const said = new TextDecoder().decode((await reader.read()).value);
    const browsers = descendants(child.pid);
    child.kill("SIGKILL");
    await reader.cancel();
    await child.stderr.cancel();
    await child.status;
    assert.equal(browsers.length > 0, said.trim() === "started", `${said} ${browsers.length} processes`);
    for (let waited = 0; browsers.some(alive); waited += 50) {
      assert.ok(waited < 5000, "the browser still runs 5 s later");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await Deno.remove(temporary, { recursive: true });
  },
});

/** State and parent of a process, from `/proc/<pid>/stat`: `pid (name) state ppid ...`. */
function processStat(pid: number): { state: string; parent: number } | undefined {
  try {
    const [state, parent] = Deno.readTextFileSync(`/proc/${pid}/stat`).split(") ").at(-1)!.split(" ");
    return { state, parent: Number(parent) };
  } catch {
    return undefined; // it has ended
  }
}

function descendants(pid: number): number[] {
  const all = Array.from(Deno.readDirSync("/proc"), (entry) => Number(entry.name)).filter(Number.isInteger);
  const children = all.filter((other) => processStat(other)?.parent === pid);
  return [...children, ...children.flatMap(descendants)];
}

/** A zombie has ended; whoever adopted it has not looked yet. */
function alive(pid: number): boolean {
  const stat = processStat(pid);
  return stat !== undefined && stat.state !== "Z";
}
