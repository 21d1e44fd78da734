/**
 * Reads up to `count` items before they are asked for, so that their making overlaps with what the caller does.
 * Errors come where the item would have come; leaving the loop early closes the source.
 */
export async function* readAhead<T>(source: AsyncIterable<T>, count: number): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]();
  const queue: Promise<IteratorResult<T>>[] = [];
  const ask = () => {
    const next = iterator.next();
    next.catch(() => {}); // it is reported when its turn comes
    queue.push(next);
  };
  try {
    for (;;) {
      while (queue.length < count) ask();
      const result = await queue.shift()!;
      if (result.done) return;
      yield result.value;
    }
  } finally {
    await iterator.return?.();
  }
}
