/** The result that a step watches (`StepOptions.finite`) was not a finite number. */
export class NotFiniteError extends Error {
  override name = "NotFiniteError";

  constructor(
    /** Name of the result. */
    readonly result: string,
    /** What it was: NaN, Infinity or -Infinity. */
    readonly value: number,
  ) {
    super(`its result "${result}" is ${value}, wanted a finite number`);
  }
}

/** The result called `name`. @throws {Error} listing the results when there is none of that name. */
export function watched<T>(name: string, results: Readonly<Record<string, T>>): T {
  if (name in results) return results[name];
  throw new Error(`Cannot watch the result "${name}": wanted one of ${Object.keys(results).join(", ")}.`);
}

/** Refuses results whose `name` is not a finite number. Nothing is watched where there is no name. */
export function checkFinite(name: string | undefined, results: Readonly<Record<string, Float32Array>>): void {
  if (name === undefined) return;
  const [value] = watched(name, results);
  if (!Number.isFinite(value)) throw new NotFiniteError(name, value);
}
