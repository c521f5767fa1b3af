/** Runs `work` on each item in turn; what fails keeps no other from its turn. Throws the first failure after the last turn. */
export async function eachInTurn<T>(items: Iterable<T>, work: (item: T) => Promise<unknown>): Promise<void> {
  const failures: unknown[] = [];
  for (const item of items) {
    try {
      await work(item);
    } catch (thrown) {
      failures.push(thrown);
    }
  }
  if (failures.length > 0) throw failures[0];
}

/** Runs `work` on all items side by side and waits for all of them, also when one fails. Throws the first failure then. */
export async function eachAtOnce<T>(items: Iterable<T>, work: (item: T) => Promise<unknown>): Promise<void> {
  // An `async` function, so that what is thrown before the first wait is a failure among the others.
  const results = await Promise.allSettled([...items].map(async (item) => work(item)));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}
