import assert from "node:assert/strict";
import { join } from "node:path";

const CONFIG = new URL("../../deno.json", import.meta.url).pathname,
  FIT = new URL("../../lib/cli/fit.ts", import.meta.url).pathname;

async function fit(folder: string, ...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--config", CONFIG, FIT, ...args],
    env: { INIT_CWD: folder, NO_COLOR: "1" },
  }).output();
  const [out, error] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, out, error };
}

async function folderWith(text: string): Promise<string> {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(join(folder, "runs.csv"), text);
  return folder;
}

const exact = Array.from({ length: 8 }, (_, k) => `${2 ** k * 1e6},${0.2 * 2 ** (-0.3 * k) + 0.7}\n`);

Deno.test("deno task fit prints the law's parameters, writes JSON, CSV and LaTeX, and forecasts", async () => {
  const folder = await folderWith("D,loss\n" + exact.join(""));
  const { code, out } = await fit(folder, "runs.csv", "--x", "D", "--at", "1e9", "--resamples", "50", ...[
    ...["--json", "fit.json", "--csv", "fit.csv", "--latex", "fit.tex"],
  ]);
  assert.equal(code, 0);
  assert.match(out, /powerLawConstant +converged +8 .*0\.3000 \[0\.3000, 0\.3000\] +0\.7000/);
  const loss = 0.2 * 1000 ** -0.3 + 0.7;
  assert.ok(out.includes(`at 1000000000 loss ${loss.toPrecision(4)}`));
  const json = JSON.parse(await Deno.readTextFile(join(folder, "fit.json")));
  assert.ok(Math.abs(json.fits[0].parameters.beta.value - 0.3) < 1e-8);
  assert.match(await Deno.readTextFile(join(folder, "fit.csv")), /^group,law,status,quantity,value,low,high\n/);
  assert.match(await Deno.readTextFile(join(folder, "fit.tex")), /\\toprule/);
});

Deno.test("deno task fit says what is wrong with a table or an option", async () => {
  const folder = await folderWith("D,loss\n1,0.9\n2,n/a\n");
  const cases: [string[], number, RegExp][] = [
    [["runs.csv", "--x", "D"], 1, /column "loss" of runs.csv on line 3: wanted a number above 0, got "n\/a"/],
    [["runs.csv"], 2, /--x is missing/],
    [["other.csv", "--x", "D"], 2, /There is no file .*other.csv/],
    [["runs.csv", "--x", "D", "--law", "cubic"], 2, /--law wants one of powerLawConstant, /],
    [["runs.csv", "--x", "D", "--budget", "1e9"], 2, /--budget wants two resources/],
    [["runs.csv", "--x", "D", "--x2", "N", "--compute", "C"], 2, /--x2 and --compute both say how much data/],
    [["runs.csv", "--x", "tokens"], 1, /There is no column "tokens" in runs.csv/],
  ];
  for (const [args, code, message] of cases) {
    const result = await fit(folder, ...args);
    assert.equal(result.code, code, args.join(" "));
    assert.match(result.error, message);
  }
});

Deno.test("too few runs get an upper bound and the reason instead of an exponent", async () => {
  const folder = await folderWith("D,loss\n" + exact.slice(0, 2).join(""));
  const { code, out } = await fit(folder, "runs.csv", "--x", "D", "--resamples", "10");
  assert.equal(code, 0);
  assert.match(out, /not identified/);
  assert.match(out, /2 distinct x cannot determine 3 parameters/);
});

Deno.test("deno task fit --isoflop finds the published exponents of the shipped runs", async () => {
  const folder = await Deno.makeTempDir();
  const runs = new URL("../../data/scaling-isoflop-refinedweb/isoflop.csv", import.meta.url).pathname;
  const { code, out } = await fit(
    folder,
    ...[runs, "--isoflop", "flops", "--x", "params", "--x2", "tokens", "--at", "1e21"],
    ...[
      "--group",
      "hparams,warmup,decay,param_count,val",
      "--json",
      "fit.json",
      "--csv",
      "fit.csv",
      "--latex",
      "fit.tex",
    ],
  );
  assert.equal(code, 0);
  assert.match(out, /tuned, short, const, standard, val +parameters +0\.4970 \[/); // published, not weighted: 0.49703
  assert.match(out, /1\.000e\+21 FLOPs are best spent on /);
  const { isoflop } = JSON.parse(await Deno.readTextFile(join(folder, "fit.json")));
  const published = [0.8338, 0.7009, 0.6035, 0.5714, 0.497]; // not weighted, in file order
  assert.equal(isoflop.length, published.length);
  published.forEach((exponent, k) => assert.ok(Math.abs(isoflop[k].parameters.value - exponent) < 0.003));
  assert.match(await Deno.readTextFile(join(folder, "fit.csv")), /^group,quantity,flops,value,low,high\n/);
  assert.match(await Deno.readTextFile(join(folder, "fit.tex")), /data per parameter/);
});

Deno.test("deno task fit takes data from compute, and a budget in joules", async () => {
  const lines = [1e6, 1e7, 1e8].flatMap((n) =>
    [1e7, 1e8, 1e9, 1e10].map((d) => `${n},${6 * n * d},${0.5 + 20 * n ** -0.3 + 30 * d ** -0.3}\n`)
  );
  const folder = await folderWith("N,C,loss\n" + lines.join(""));
  const { code, out } = await fit(folder, "runs.csv", "--x", "N", "--compute", "C", "--rollout", ...[
    ...["--budget", "6e8", "--joules-per-flop", "1e-12", "--resamples", "5"],
  ]);
  assert.equal(code, 0);
  const exact = Math.sqrt(1e20 * (20 / 30) ** (1 / 0.3));
  assert.ok(out.includes(`best spent on ${exact.toExponential(3)}`), out);
});
