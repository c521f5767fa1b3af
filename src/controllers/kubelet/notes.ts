/** What a kubelet remembers of a pod beside what its status says; lost when it starts again, as a kubelet's is. */
export interface PodNotes {
  /** Tries to pull a container's image, by container. */
  readonly pulls: Map<string, { attempts: number; againAtMs: number }>;
  /** Failures of a probe in a row, by container and probe. */
  readonly failures: Map<string, { count: number; askedAtMs: number }>;
}

/** Notes of the pods that need some; most need none. */
export class KubeletNotes {
  readonly #byPod = new Map<string, PodNotes>();

  of(uid: string): PodNotes {
    let notes = this.#byPod.get(uid);
    if (!notes) {
      notes = { pulls: new Map(), failures: new Map() };
      this.#byPod.set(uid, notes);
    }
    return notes;
  }

  /** Keeps them only while there is something in them. */
  tidy(uid: string): void {
    const notes = this.#byPod.get(uid);
    if (notes && notes.pulls.size === 0 && notes.failures.size === 0) this.#byPod.delete(uid);
  }

  forget(uid: string): void {
    this.#byPod.delete(uid);
  }
}
