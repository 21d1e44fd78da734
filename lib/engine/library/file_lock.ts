/**
 * Runs `work` while this process alone holds a lock file, waiting for another that holds it (`onWait` is called once
 * then). The operating system keeps the lock, so it falls when its process ends, however that happens; the empty file
 * stays. On a file system without locks `work` runs at once with `alone` false.
 */
export async function withFileLock<T>(
  path: string,
  work: (alone: boolean) => Promise<T>,
  onWait: () => void = () => {},
): Promise<T> {
  using file = await Deno.open(path, { create: true, write: true });
  const taken = await file.tryLock(true).catch(() => undefined);
  if (taken === undefined) return await work(false);
  if (!taken) {
    onWait();
    await file.lock(true);
  }
  return await work(true);
}
