/** What an autoscaler remembers of itself; as in kube-controller-manager, a restart forgets it. */
export interface AutoscalerMemory {
  /** How many replicas metrics asked for, and when. */
  recommendations: { readonly replicas: number; readonly atMs: number }[];
  /** How many replicas were added and taken away, and when. */
  added: Change[];
  removed: Change[];
}

export interface Change {
  readonly replicas: number;
  readonly atMs: number;
}

export function newMemory(): AutoscalerMemory {
  return { recommendations: [], added: [], removed: [] };
}

/** Forgets what is older than anybody asks for, in milliseconds. */
export function forgetOlder<T extends { readonly atMs: number }>(
  all: readonly T[],
  keptMs: number,
  nowMs: number,
): T[] {
  return all.filter(({ atMs }) => atMs >= nowMs - keptMs);
}
