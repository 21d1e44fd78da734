import assert from "node:assert/strict";
import { join } from "node:path";
import { takeLease } from "../../lib/experiments/run_lease.ts";
import { processIsGone, thisHost } from "../../lib/experiments/process_identity.ts";
import { linesOf } from "../../lib/experiments/worker_protocol.ts";

async function inFolder(work: (folder: string) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A process that asks for a lease. */
function holder(folder: string, id: string, beatSeconds = 10, staleSeconds = 120) {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-all",
      "--no-check",
      join(import.meta.dirname!, "lease_holder.ts"),
      folder,
      id,
      String(beatSeconds),
      String(staleSeconds),
    ],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const lines = linesOf(child.stdout);
  return {
    child,
    line: async () => (await lines.next()).value as string | undefined,
    async release() {
      await child.stdin.close();
      while (!(await lines.next()).done);
      await child.status;
    },
    async kill() {
      child.kill("SIGKILL");
      await child.stdin.close().catch(() => {});
      while (!(await lines.next()).done);
      await child.status;
    },
  };
}

const leaseFiles = async (folder: string) => {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(folder)) if (name.includes(".lease")) names.push(name);
  return names;
};

Deno.test("a lease that another process holds is refused until that process gives it back", () =>
  inFolder(async (folder) => {
    const other = holder(folder, "run");
    assert.equal(await other.line(), "held");
    assert.equal(await takeLease(folder, "run"), null);
    const another = await takeLease(folder, "other-run");
    assert.ok(another);
    await another.release();
    await other.release();
    const mine = await takeLease(folder, "run");
    assert.ok(mine);
    assert.equal(await takeLease(folder, "run"), null); // nor twice in one process
    await mine.release();
    assert.deepEqual(await leaseFiles(folder), []);
  }));

Deno.test("the lease of a process that was killed on this host is taken over at once", () =>
  inFolder(async (folder) => {
    const other = holder(folder, "run");
    assert.equal(await other.line(), "held");
    await other.kill();
    assert.deepEqual(await leaseFiles(folder), ["run.lease"]);
    const mine = await takeLease(folder, "run");
    assert.ok(mine);
    await mine.release();
  }));

Deno.test("of many processes that ask at once, for a free lease or a dead holder's, one gets it", () =>
  inFolder(async (folder) => {
    const dead = { owner: "x", host: thisHost().host, pid: 2 ** 22 + 1, beats: "0" }; // above the largest number there is
    await Deno.writeTextFile(join(folder, "dead.lease"), JSON.stringify(dead));
    for (const id of ["free", "dead"]) {
      const all = Array.from({ length: 5 }, () => holder(folder, id));
      const said = await Promise.all(all.map((each) => each.line()));
      assert.deepEqual(said.toSorted(), ["held", "taken", "taken", "taken", "taken"], id);
      await Promise.all(all.map((each) => each.release()));
    }
  }));

Deno.test("the holder on another host counts as dead once its file has not changed for long, not before", () =>
  inFolder(async (folder) => {
    const path = join(folder, "run.lease");
    await Deno.writeTextFile(path, JSON.stringify({ owner: "x", host: "elsewhere", pid: 1, beats: "0" }));
    assert.equal(await takeLease(folder, "run", { staleSeconds: 60 }), null);
    const before = new Date(Date.now() - 61_000);
    await Deno.utime(path, before, before);
    const mine = await takeLease(folder, "run", { staleSeconds: 60 });
    assert.ok(mine);
    await mine.release();
  }));

Deno.test("a lease file that its writer never filled is dead after the same time", () =>
  inFolder(async (folder) => {
    const path = join(folder, "run.lease");
    await Deno.writeTextFile(path, "");
    assert.equal(await takeLease(folder, "run", { staleSeconds: 60 }), null);
    const before = new Date(Date.now() - 61_000);
    await Deno.utime(path, before, before);
    const mine = await takeLease(folder, "run", { staleSeconds: 60 });
    assert.ok(mine);
    await mine.release();
  }));

Deno.test("signs of life keep a lease beyond the time after which it would be dead", () =>
  inFolder(async (folder) => {
    const other = holder(folder, "run", 0.1);
    assert.equal(await other.line(), "held");
    await new Promise((done) => setTimeout(done, 1500));
    assert.equal(await takeLease(folder, "run", { staleSeconds: 1 }), null);
    await other.release();
  }));

Deno.test({
  name: "a holder that was suspended for long learns that it has lost its lease, and leaves the new one alone",
  ignore: Deno.build.os === "windows", // has no SIGSTOP
  fn: () =>
    inFolder(async (folder) => {
      const other = holder(folder, "run", 0.1, 0.5);
      assert.equal(await other.line(), "held");
      other.child.kill("SIGSTOP");
      await new Promise((done) => setTimeout(done, 800));
      const mine = await takeLease(folder, "run", { staleSeconds: 0.5 });
      assert.ok(mine);
      other.child.kill("SIGCONT");
      assert.equal(await other.line(), "lost");
      await other.release();
      assert.deepEqual(await leaseFiles(folder), ["run.lease"]);
      assert.equal(mine.lost.aborted, false);
      await mine.release();
    }),
});

Deno.test("a process is gone only when it ran on this host and is not there", async () => {
  const child = new Deno.Command(Deno.execPath(), { args: ["--version"], stdout: "null" }).spawn();
  await child.status;
  const { host } = thisHost();
  assert.equal(processIsGone({ host, pid: child.pid }), true);
  assert.equal(processIsGone({ host: "elsewhere", pid: child.pid }), false);
  assert.equal(processIsGone({ host, pid: Deno.pid }), false);
});
