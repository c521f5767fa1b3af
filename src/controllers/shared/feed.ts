import { type Clock, errorMessage, type Logger } from '../../base/index.ts';
import {
  type ClusterClient,
  type ClusterWatch,
  isGone,
  isNotFound,
  type KubeObject,
} from '../../reconcile/index.ts';
import type { ServedKind } from './discovery.ts';

const retryMs = { first: 100, longest: 30_000 } as const;

export interface FeedHandler {
  changed(kind: ServedKind, object: KubeObject): void;
  deleted(kind: ServedKind, object: KubeObject): void;
  /** A list took the place of events that were missed: whatever is not in it has gone. */
  listed(kind: ServedKind, objects: readonly KubeObject[]): void;
}

export interface Feed {
  readonly listed: Promise<void>;
  close(): void;
}

/** Follows one kind without holding its objects. Ends by itself when the kind is no longer served. */
export function followKind(
  kind: ServedKind,
  handler: FeedHandler,
  surroundings: {
    readonly client: ClusterClient;
    readonly clock: Clock;
    readonly log: Logger;
    readonly signal: AbortSignal;
  },
): Feed {
  const { client, clock, log, signal } = surroundings;
  let closed = false;
  let watch: ClusterWatch | undefined;
  let seen = '';
  let failures = 0;
  let resolveListed: () => void = () => {};
  const listed = new Promise<void>((resolve) => {
    resolveListed = resolve;
  });
  const pause = () => clock.sleep(Math.min(retryMs.longest, retryMs.first * 2 ** failures++), signal);

  const list = async (): Promise<void> => {
    while (!closed) {
      try {
        const { items, resourceVersion } = await client.list(kind);
        if (closed) return;
        seen = resourceVersion;
        failures = 0;
        handler.listed(kind, items);
        resolveListed();
        open();
        return;
      } catch (thrown) {
        if (isNotFound(thrown)) {
          resolveListed();
          return;
        }
        log.debug('list failed', { kind: kind.kind, error: errorMessage(thrown) });
        await pause();
      }
    }
  };
  const open = () => {
    watch = client.watch(
      kind,
      { resourceVersion: seen },
      {
        onEvent(event) {
          failures = 0;
          if (event.type === 'BOOKMARK') {
            seen = event.resourceVersion;
            return;
          }
          seen = event.object.metadata.resourceVersion ?? seen;
          if (event.type === 'DELETED') handler.deleted(kind, event.object);
          else handler.changed(kind, event.object);
        },
        onError: (error) => void again(isGone(error) || isNotFound(error)),
      },
    );
  };
  const again = async (fromList: boolean) => {
    if (closed) return;
    if (!fromList) await pause();
    if (closed) return;
    if (fromList) await list();
    else open();
  };

  void list();
  return {
    listed,
    close() {
      closed = true;
      watch?.close();
      resolveListed();
    },
  };
}
