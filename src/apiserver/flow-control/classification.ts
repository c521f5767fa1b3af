import type { UserInfo } from '../../apimachinery/contract.ts';
import type { RequestInfo } from '../request/request-info.ts';
import type { Flow } from './flow.ts';
import type { Meaning } from './flow-schema.ts';

/** A schema that is about a user, and what of him it means. */
interface Candidate {
  readonly flow: Flow;
  readonly meanings: readonly Meaning[];
  readonly allResources: boolean;
  readonly allPaths: boolean;
}

/**
 * Finds the schema of each request. Which of them are about a user is worked out once for him, as long as the schemas are the
 * same: for most callers the first of those means whatever they ask for.
 */
export class Classification {
  readonly #flows: readonly Flow[];
  readonly #last: Flow;
  readonly #known = new WeakMap<UserInfo, readonly Candidate[]>();

  /** In the order of their precedence; one of them is the mandatory `catch-all`. */
  constructor(flows: readonly Flow[]) {
    this.#flows = flows;
    const last = flows.find(({ schema }) => schema.name === 'catch-all');
    if (!last) throw new Error('no flow schema catches all');
    this.#last = last;
  }

  of(info: RequestInfo, user: UserInfo): Flow {
    let candidates = this.#known.get(user);
    if (!candidates) this.#known.set(user, (candidates = this.#candidates(user)));
    const isPath = info.kind === 'path';
    for (const { flow, meanings, allResources, allPaths } of candidates) {
      if (isPath ? allPaths : allResources) return flow;
      for (const meaning of meanings) if (meaning.includes(info)) return flow;
    }
    return this.#last;
  }

  #candidates(user: UserInfo): Candidate[] {
    return this.#flows.flatMap((flow) => {
      const meanings = flow.schema.rules.filter((rule) => rule.isAbout(user)).map(({ means }) => means);
      if (meanings.length === 0) return [];
      const allResources = meanings.some((means) => means.allResources);
      return [{ flow, meanings, allResources, allPaths: meanings.some((means) => means.allPaths) }];
    });
  }
}
