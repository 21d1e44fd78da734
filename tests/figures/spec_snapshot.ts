import assert from "node:assert/strict";

/**
 * Compares `value` with the JSON stored under `name` in `__snapshots__`. After a deliberate change of a builder's looks:
 * `UPDATE_SNAPSHOTS=1 deno test -A tests/figures`, look at the figures, and commit the new files.
 */
export async function assertSnapshot(name: string, value: unknown): Promise<void> {
  const path = new URL(`./__snapshots__/${name}.json`, import.meta.url);
  if (Deno.env.get("UPDATE_SNAPSHOTS") === "1") {
    await Deno.mkdir(new URL(".", path), { recursive: true });
    await Deno.writeTextFile(path, JSON.stringify(value, null, 2) + "\n");
  }
  const stored = await Deno.readTextFile(path).catch(() => {
    throw new Error(
      `There is no snapshot "${name}": run the tests once with UPDATE_SNAPSHOTS=1 and look at the figure.`,
    );
  });
  assert.deepEqual(JSON.parse(JSON.stringify(value)), JSON.parse(stored));
}
