import { LastingAccess, type Moment } from '../../base/index.ts';

/** A request that goes on for long, and only as long as it would be allowed to begin again. */
export interface LastingRequest {
  /** Asks again, who the caller is too when identities changed. Throws when it is over. */
  judge(identitiesChanged: boolean): Promise<void>;
  end(): void;
}

/** A moment before the first question about a request was asked. */
export interface RequestMoment {
  readonly access: Moment;
  readonly identities: number;
}

/**
 * Ends requests that go on when what allowed them goes. Events cost nothing: only a change of rights or identities makes
 * it ask, and only a change of identities makes it look at a credential again.
 */
export class LastingRequests {
  readonly #access: LastingAccess;
  #identities = 0;

  constructor(options: ConstructorParameters<typeof LastingAccess>[0]) {
    this.#access = new LastingAccess(options);
  }

  moment(): RequestMoment {
    return { access: this.#access.moment(), identities: this.#identities };
  }

  /** Watches over a request, about which the first question was asked after `since`, until the returned function is called. */
  add(request: LastingRequest, since: RequestMoment): () => void {
    let { identities } = since;
    const judge = async () => {
      const now = this.#identities;
      await request.judge(now !== identities);
      identities = now;
    };
    return this.#access.add({ judge, end: () => request.end() }, since.access);
  }

  rightsChanged(): void {
    this.#access.changed();
  }

  identitiesChanged(): void {
    this.#identities++;
    this.#access.changed();
  }

  close(): void {
    this.#access.close();
  }
}
