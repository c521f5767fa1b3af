import { isAbsolute } from 'node:path';
import { CodedError, systemRandom } from '../base/index.ts';
import type { RunningApiServer } from './contract.ts';
import { startApiServer } from './start.ts';

/** Servers at once, those that start included. */
const environmentsLimit = 256;

export interface Environment {
  readonly id: string;
  readonly server: RunningApiServer;
}

/** Servers by id, for those who cannot hold them: programs in other processes. */
export class Environments {
  readonly #running = new Map<string, Environment>();
  readonly #starting = new Set<Promise<unknown>>();
  #closed = false;

  list(): readonly Environment[] {
    return [...this.#running.values()];
  }

  /** Throws CodedError `not-found`. */
  get(id: string): Environment {
    const found = this.#running.get(id);
    if (!found) throw new CodedError('not-found', `There is no environment ${JSON.stringify(id)}.`);
    return found;
  }

  /**
   * Options are those of `startApiServer`, without `host`: what is started for others stays on this machine. Throws CodedError
   * as that does, and `too-many`.
   */
  start(options: Readonly<Record<string, unknown>>): Promise<Environment> {
    const { store } = options;
    if ('host' in options)
      throw new CodedError('invalid', 'host is no option here: environments listen on 127.0.0.1.');
    const file = typeof store === 'object' && store !== null && 'sqlite' in store ? store.sqlite : undefined;
    if (typeof file === 'string' && !isAbsolute(file)) {
      throw new CodedError(
        'invalid',
        `the SQLite file is named by an absolute path, not ${JSON.stringify(file)}.`,
      );
    }
    const { audit } = options;
    for (const [name, path] of Object.entries(typeof audit === 'object' && audit !== null ? audit : {})) {
      if (typeof path === 'string' && !isAbsolute(path))
        throw new CodedError('invalid', `audit.${name} is an absolute path, not ${JSON.stringify(path)}.`);
    }
    return this.#add(() => startApiServer(options));
  }

  /** Throws CodedError as `fork` of a server does, `not-found` and `too-many`. */
  fork(id: string, options: Readonly<Record<string, unknown>>): Promise<Environment> {
    const { server } = this.get(id);
    return this.#add(() => server.fork(options));
  }

  /** Resolves when it is stopped. From the call on there is none of this id. Throws CodedError `not-found`. */
  async stop(id: string): Promise<void> {
    const { server } = this.get(id);
    this.#running.delete(id);
    await server.stop();
  }

  /** Stops all, those too that are still starting. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#starting);
    await Promise.all(this.list().map(({ id }) => this.stop(id)));
  }

  async #add(start: () => Promise<RunningApiServer>): Promise<Environment> {
    if (this.#closed) throw new CodedError('unavailable', 'The environments are being stopped.');
    if (this.#running.size + this.#starting.size >= environmentsLimit) {
      throw new CodedError('too-many', `There are ${environmentsLimit} environments: delete one first.`);
    }
    const starting = start().then((server) => {
      const environment = { id: systemRandom.uuid(), server };
      this.#running.set(environment.id, environment);
      return environment;
    });
    this.#starting.add(starting);
    try {
      return await starting;
    } finally {
      this.#starting.delete(starting);
    }
  }
}
