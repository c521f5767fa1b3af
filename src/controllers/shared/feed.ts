import type { ClusterClient, ClusterWatch, KubeObject, WatchEvent } from '../../apimachinery/client.ts';
import { isGone, isNotFound } from '../../apimachinery/kinds.ts';
import { type Clock, errorMessage, type Logger } from '../../base/index.ts';
import type { ServedKind } from './discovery.ts';

const retryMs = { first: 100, longest: 30_000 } as const;

export interface FeedHandler {
  changed(kind: ServedKind, object: KubeObject): void;
  deleted(kind: ServedKind, object: KubeObject): void;
  /** A list took the place of events that were missed: whatever is not in it has gone. */
  listed(kind: ServedKind, objects: readonly KubeObject[]): void;
}

export interface FeedSurroundings {
  readonly client: ClusterClient;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** Follows one kind without holding its objects. Ends by itself when the kind is no longer served. */
export class KindFeed {
  /** Resolves after the first list, also when the kind turns out not to be served. */
  readonly listed: Promise<void>;
  readonly #kind: ServedKind;
  readonly #handler: FeedHandler;
  readonly #surroundings: FeedSurroundings;
  #resolveListed: () => void = () => {};
  #watch: ClusterWatch | undefined;
  #seenVersion = '';
  #failures = 0;
  #closed = false;

  constructor(kind: ServedKind, handler: FeedHandler, surroundings: FeedSurroundings) {
    this.#kind = kind;
    this.#handler = handler;
    this.#surroundings = surroundings;
    this.listed = new Promise((resolve) => {
      this.#resolveListed = resolve;
    });
    void this.#list();
  }

  close(): void {
    this.#closed = true;
    this.#watch?.close();
    this.#resolveListed();
  }

  async #list(): Promise<void> {
    const { client, log } = this.#surroundings;
    while (!this.#closed) {
      try {
        const { items, resourceVersion } = await client.list(this.#kind);
        if (this.#closed) return;
        this.#seenVersion = resourceVersion;
        this.#failures = 0;
        this.#handler.listed(this.#kind, items);
        this.#resolveListed();
        this.#open();
        return;
      } catch (thrown) {
        if (isNotFound(thrown)) {
          this.#resolveListed();
          return;
        }
        log.debug('list failed', { kind: this.#kind.kind, error: errorMessage(thrown) });
        await this.#pause();
      }
    }
  }

  #open(): void {
    const from = { resourceVersion: this.#seenVersion };
    this.#watch = this.#surroundings.client.watch(this.#kind, from, {
      onEvent: (event) => this.#take(event),
      onError: (error) => void this.#resume(isGone(error) || isNotFound(error)),
    });
  }

  #take(event: WatchEvent): void {
    this.#failures = 0;
    if (event.type === 'BOOKMARK') {
      this.#seenVersion = event.resourceVersion;
      return;
    }
    this.#seenVersion = event.object.metadata.resourceVersion ?? this.#seenVersion;
    if (event.type === 'DELETED') this.#handler.deleted(this.#kind, event.object);
    else this.#handler.changed(this.#kind, event.object);
  }

  async #resume(fromList: boolean): Promise<void> {
    if (!this.#closed && !fromList) await this.#pause();
    if (this.#closed) return;
    if (fromList) await this.#list();
    else this.#open();
  }

  #pause(): Promise<void> {
    const { clock, signal } = this.#surroundings;
    return clock.sleep(Math.min(retryMs.longest, retryMs.first * 2 ** this.#failures++), signal);
  }
}
