import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** What became of a mutant: `how` is the test that failed, or why it lives. */
export interface Verdict {
  readonly id: string;
  readonly outcome: 'killed' | 'timed out' | 'survived' | 'not run by any test' | 'does not parse';
  readonly how: string;
}

/** Verdicts in a file, a line each, so that a run that was stopped goes on where it was. */
export class Verdicts {
  readonly #file: string;
  readonly #known = new Map<string, Verdict>();

  constructor(file: string) {
    this.#file = file;
    mkdirSync(dirname(file), { recursive: true });
    if (!existsSync(file)) return;
    for (const line of readFileSync(file, 'utf8').split('\n').filter(Boolean)) {
      // Written by `add`.
      const verdict = JSON.parse(line) as Verdict;
      this.#known.set(verdict.id, verdict);
    }
  }

  get(id: string): Verdict | undefined {
    return this.#known.get(id);
  }

  add(verdict: Verdict): void {
    this.#known.set(verdict.id, verdict);
    appendFileSync(this.#file, `${JSON.stringify(verdict)}\n`);
  }
}

/** Whether a mutant lives: nothing that was run noticed it. */
export function lives({ outcome }: Verdict): boolean {
  return outcome === 'survived' || outcome === 'not run by any test';
}
