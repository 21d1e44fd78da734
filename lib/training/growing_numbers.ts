/** A typed array that grows as numbers are added. */
export interface GrowingNumbers<A> {
  readonly length: number;
  push(value: number): void;
  /** A copy of the numbers so far. */
  values(): A;
}

const FIRST_CAPACITY = 1024;

/** An empty {@link GrowingNumbers}. Its capacity doubles, so adding a number takes constant time on average. */
export function growingNumbers<A extends Float32Array | Float64Array>(
  kind: new (length: number) => A,
): GrowingNumbers<A> {
  let store = new kind(FIRST_CAPACITY);
  let length = 0;
  return {
    get length() {
      return length;
    },
    push(value) {
      if (length === store.length) {
        const larger = new kind(2 * length);
        larger.set(store);
        store = larger;
      }
      store[length++] = value;
    },
    values: () => store.slice(0, length) as A,
  };
}
