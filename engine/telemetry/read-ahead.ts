/** Items in work at once: while the consumer has one, the next is on its way, and no more of them are held. */
const AHEAD = 2;

/**
 * Runs `work` on the items in order and yields the results in that order, a little ahead of the consumer.
 * What is under way is aborted when the consumer stops early, an item fails or `signal` aborts.
 */
export async function* readAhead<T, R>(
  items: Iterable<T>,
  work: (item: T, stop: AbortSignal) => Promise<R>,
  signal?: AbortSignal,
): AsyncGenerator<R> {
  const stop = new AbortController();
  const abort = () => stop.abort(signal?.reason);
  signal?.throwIfAborted();
  signal?.addEventListener("abort", abort, { once: true });
  const started: Promise<R>[] = [];
  const iterator = items[Symbol.iterator]();
  const startNext = () => {
    const next = iterator.next();
    if (next.done) return;
    const result = work(next.value, stop.signal);
    result.catch(() => undefined); // reported where it is awaited, if it comes to that
    started.push(result);
  };
  try {
    for (let i = 0; i < AHEAD; i++) startNext();
    for (let result = started.shift(); result; result = started.shift()) {
      const value = await result;
      startNext();
      yield value;
    }
  } finally {
    signal?.removeEventListener("abort", abort);
    stop.abort();
  }
}
