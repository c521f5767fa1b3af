import { systemClock } from '../../base/index.ts';
import { UsageError } from './declaration.ts';

/** Prints one line a step, with its time, and keeps what a failed step had to say. */
export class ToldSteps {
  readonly #home: string;

  constructor(home: string) {
    this.#home = home;
  }

  async take<T>(title: string, work: () => Promise<T>): Promise<T> {
    const startedMs = systemClock.monotonic();
    try {
      const result = await work();
      this.#print('ok', title, systemClock.monotonic() - startedMs);
      return result;
    } catch (thrown) {
      this.#print('failed', title, systemClock.monotonic() - startedMs);
      if (thrown instanceof UsageError) {
        throw new UsageError(
          `${thrown.message} The server log: drydock logs --home ${this.#home}`,
          thrown.exitCode,
        );
      }
      throw thrown;
    }
  }

  #print(word: string, title: string, elapsedMs: number): void {
    const width = Math.max(60, (process.stdout.columns ?? 100) - 20);
    const shown = title.length > width ? `${title.slice(0, width - 3)}...` : title;
    process.stdout.write(`${word.padEnd(7)}${shown.padEnd(width)} ${(elapsedMs / 1000).toFixed(2)} s\n`);
  }
}
