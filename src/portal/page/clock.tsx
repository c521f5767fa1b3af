/** The one clock of the pages; milliseconds since 1970. */
export const nowMs = (): number => Date.now();

/** Calls `run` once after `waitMs`. Answers how to take that back. */
export function after(waitMs: number, run: () => void): () => void {
  const timer = setTimeout(run, waitMs);
  return () => clearTimeout(timer);
}
