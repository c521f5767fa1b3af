import { errorMessage } from '../../base/index.ts';
import type { ClusterContext } from './context.ts';
import { metadataOf, type ServedKind } from './discovery.ts';
import { type FeedHandler, KindFeed } from './feed.ts';

/** How long a change of the served kinds waits for further ones. */
const kindsSettleMs = 50;
/** Between two attempts to find out which kinds there are. */
const discoveryRetryMs = 1000;

export interface FollowedKinds extends FeedHandler {
  follows(kind: ServedKind): boolean;
  /** Kinds came after the start; all of them have been listed. */
  kindsAdded(): void;
  /** The kind is no longer served: none of its objects exist any more. */
  unfollowed(kind: ServedKind): void;
}

/** Names a kind whatever its version. */
export function kindName(kind: { readonly group: string; readonly resource: string }): string {
  return `${kind.group}/${kind.resource}`;
}

/** Follows the metadata of every kind of a cluster that somebody is interested in, custom kinds as they come and go. */
export class KindFollower {
  /** Resolves when every kind has been listed once. */
  readonly synced: Promise<void>;
  readonly #context: ClusterContext;
  readonly #followed: FollowedKinds;
  readonly #feeds = new Map<string, { readonly kind: ServedKind; readonly feed: KindFeed }>();
  readonly #handler: FeedHandler;
  #resolveSynced: () => void = () => {};
  #refreshing = false;

  constructor(context: ClusterContext, followed: FollowedKinds) {
    this.#context = context;
    this.#followed = followed;
    this.synced = new Promise((resolve) => {
      this.#resolveSynced = resolve;
    });
    this.#handler = {
      changed: (kind, object) => {
        followed.changed(kind, object);
        this.#noteDefinition(kind);
      },
      deleted: (kind, object) => {
        followed.deleted(kind, object);
        this.#noteDefinition(kind);
      },
      listed: (kind, objects) => followed.listed(kind, objects),
    };
    context.signal.addEventListener('abort', () => this.#close(), { once: true });
  }

  start(): void {
    void this.#follow();
  }

  /** Others may be followed now. */
  reconsider(): void {
    void this.#follow();
  }

  #close(): void {
    for (const { feed } of this.#feeds.values()) feed.close();
    this.#feeds.clear();
    this.#resolveSynced();
  }

  #noteDefinition(kind: ServedKind): void {
    if (kind.resource !== 'customresourcedefinitions' || this.#refreshing) return;
    this.#refreshing = true;
    const { clock, signal, served } = this.#context;
    void clock.sleep(kindsSettleMs, signal).then(() => {
      this.#refreshing = false;
      served.forget();
      return this.#follow();
    });
  }

  /** Begins to follow kinds that are new and ends with those that are no longer served. */
  async #follow(): Promise<void> {
    const { client, clock, log, served, signal } = this.#context;
    while (!signal.aborted) {
      try {
        const all = (await served.all()).filter((kind) => isFollowable(kind) && this.#wants(kind));
        const kinds = all.map(metadataOf);
        if (signal.aborted) return;
        const names = new Set(kinds.map(kindName));
        const isFirst = this.#feeds.size === 0;
        for (const kind of kinds) {
          const known = this.#feeds.get(kindName(kind));
          if (known?.kind.version === kind.version) continue;
          // Its version is no longer the one to follow: the list of the other tells what was missed.
          known?.feed.close();
          const feed = new KindFeed(kind, this.#handler, { client: client.cluster, clock, log, signal });
          this.#feeds.set(kindName(kind), { kind, feed });
        }
        for (const [name, { kind, feed }] of this.#feeds) {
          if (names.has(name)) continue;
          feed.close();
          this.#feeds.delete(name);
          this.#followed.unfollowed(kind);
        }
        await Promise.all([...this.#feeds.values()].map(({ feed }) => feed.listed));
        this.#resolveSynced();
        if (!isFirst) this.#followed.kindsAdded();
        return;
      } catch (thrown) {
        log.debug('discovery failed', { error: errorMessage(thrown) });
        await clock.sleep(discoveryRetryMs, signal);
      }
    }
  }

  /** Definitions are always followed: they tell when kinds come and go. */
  #wants(kind: ServedKind): boolean {
    return kind.resource === 'customresourcedefinitions' || this.#followed.follows(kind);
  }
}

function isFollowable({ verbs }: ServedKind): boolean {
  return verbs.has('list') && verbs.has('watch');
}
