import { join } from "node:path";

/** A Slurm cluster of this one machine, with its own keys, ports and folders. */
export interface SlurmNode {
  /** Environment in which `sbatch`, `squeue` and `scancel` speak to it. */
  readonly env: Record<string, string>;
  stop(): Promise<void>;
}

/**
 * Starts munged, slurmctld and slurmd below `folder`, or says why they cannot start here: they are not installed (Debian:
 * `apt install slurm-wlm munge`), or this user may not run them.
 */
export async function startSlurm(folder: string): Promise<SlurmNode | { readonly unavailable: string }> {
  for (const program of ["munged", "slurmctld", "slurmd", "sbatch"]) {
    const { success } = await new Deno.Command("sh", {
      args: ["-c", `PATH=$PATH:/usr/sbin command -v ${program}`],
      stdout: "null",
    })
      .output();
    if (!success) return { unavailable: `there is no ${program}` };
  }
  if (Deno.uid() !== 0) return { unavailable: "slurmd wants to be root" };
  await Deno.chmod(folder, 0o755);
  const port = 20_000 + Deno.pid % 20_000; // other tests may run a cluster at the same time
  const socket = join(folder, "munge.socket"), conf = join(folder, "slurm.conf");
  await Deno.writeFile(join(folder, "munge.key"), crypto.getRandomValues(new Uint8Array(1024)), { mode: 0o400 });
  await Deno.mkdir(join(folder, "state"));
  await Deno.mkdir(join(folder, "spool"));
  const host = Deno.hostname();
  await Deno.writeTextFile(
    conf,
    `ClusterName=test
SlurmctldHost=${host}(127.0.0.1)
SlurmUser=root
SlurmctldPort=${port}
SlurmdPort=${port + 1}
AuthType=auth/munge
AuthInfo=socket=${socket}
CredType=cred/munge
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmdPidFile=${folder}/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
SchedulerParameters=batch_sched_delay=1,sched_interval=1
NodeName=${host} NodeAddr=127.0.0.1 CPUs=${navigator.hardwareConcurrency} State=UNKNOWN
PartitionName=all Nodes=${host} Default=YES MaxTime=INFINITE State=UP
`,
  );
  const env = { SLURM_CONF: conf };
  const started: Deno.ChildProcess[] = [];
  const start = (program: string, args: string[]) => {
    const child = new Deno.Command(`/usr/sbin/${program}`, { args, env, stdin: "null", stdout: "null", stderr: "null" })
      .spawn();
    started.push(child);
  };
  const stop = async () => {
    for (const child of started.toReversed()) {
      try {
        child.kill("SIGTERM");
      } catch { /* it has ended */ }
      await child.status;
    }
  };
  start("munged", [
    "--foreground",
    "--force",
    `--socket=${socket}`,
    `--key-file=${folder}/munge.key`,
    `--pid-file=${folder}/munge.pid`,
    `--log-file=${folder}/munge.log`,
    `--seed-file=${folder}/munge.seed`,
  ]);
  for (let tries = 0; tries < 50 && !await there(socket); tries++) await pause(100);
  start("slurmctld", ["-D", "-f", conf, "-L", `${folder}/slurmctld.log`]);
  start("slurmd", ["-D", "-f", conf, "-L", `${folder}/slurmd.log`]);
  for (let tries = 0; tries < 100; tries++) {
    const { stdout } = await new Deno.Command("sinfo", { args: ["-h", "-o", "%T"], env, stderr: "null" }).output();
    if (new TextDecoder().decode(stdout).trim() === "idle") return { env, stop };
    await pause(200);
  }
  await stop();
  const logs = await Promise.all(
    ["munge", "slurmctld", "slurmd"].map((name) =>
      Deno.readTextFile(`${folder}/${name}.log`).then(
        (text) => text.split("\n").slice(-5).join("\n"),
        () => `no ${name}.log`,
      )
    ),
  );
  return { unavailable: `the node did not become idle:\n${logs.join("\n")}` };
}

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

async function there(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
