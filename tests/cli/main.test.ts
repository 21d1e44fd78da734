import assert from "node:assert/strict";

const script = new URL("./demo_command.ts", import.meta.url).pathname;

function spawn(args: string[], env: Record<string, string> = {}): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--allow-all", script, ...args],
    env: { NO_COLOR: "1", RECSCALE_DEBUG: "", ...env },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

async function run(args: string[], env?: Record<string, string>) {
  const { code, stdout, stderr } = await spawn(args, env).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

Deno.test("main hands the values to the command and exits 0", async () => {
  const { code, stdout, stderr } = await run(["print", "--profile", "paper"]);
  const expected = { values: { "profile": "paper", "no-browser": false }, positionals: ["print"] };
  assert.deepEqual([code, JSON.parse(stdout), stderr], [0, expected, ""]);
});

Deno.test("main exits with the number that the command gives", async () => {
  assert.equal((await run(["three"])).code, 3);
});

Deno.test("main prints the help on stdout and exits 0", async () => {
  const { code, stdout, stderr } = await run(["--help"]);
  assert.equal(code, 0);
  assert.match(stdout, /^Usage: deno task demo \[OPTIONS\] ACTION/m);
  assert.equal(stderr, "");
});

Deno.test("main prints what is wrong with a command line and where the help is, and exits 2", async () => {
  const { code, stdout, stderr } = await run(["print", "--confg", "x"]);
  assert.equal(code, 2);
  assert.equal(stdout, "");
  assert.equal(
    stderr,
    'Error: "deno task demo" has no option --confg. Did you mean --config?\nSee "deno task demo --help".\n',
  );
});

Deno.test("main prints the message and cause of an error, its stack only on request, and exits 1", async () => {
  const { code, stderr } = await run(["fail"]);
  assert.deepEqual([code, stderr], [1, "Error: the disk is full\nCause: write failed\n"]);
  const debugged = await run(["fail"], { RECSCALE_DEBUG: "1" });
  assert.equal(debugged.code, 1);
  assert.match(debugged.stderr, /the disk is full\n +at .*demo_command\.ts/);
});

Deno.test("Ctrl-C ends a command with status 130", { ignore: Deno.build.os === "windows" }, async () => {
  const { code, stdout } = await interrupt(["wait"]);
  assert.deepEqual([code, stdout], [130, "waiting\n"]);
});

Deno.test("Ctrl-C lets a command that asks for it stop in order", { ignore: Deno.build.os === "windows" }, async () => {
  const { code, stdout } = await interrupt(["stop"]);
  assert.deepEqual([code, stdout], [130, "waiting\nstopped in order\n"]);
});

/** Runs the command and sends SIGINT once it has begun to wait. */
async function interrupt(args: string[]): Promise<{ code: number; stdout: string }> {
  const child = spawn(args);
  let stdout = "";
  const reading = (async () => {
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      if (stdout === "") child.kill("SIGINT");
      stdout += text;
    }
  })();
  const [{ code }] = await Promise.all([child.status, reading, child.stderr.cancel()]);
  return { code, stdout };
}
