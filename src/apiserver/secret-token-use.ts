import type { ClusterClient } from '../apimachinery/client.ts';
import { ignoringMissing } from '../apimachinery/kinds.ts';
import { labelsOf, readMetadata } from '../apimachinery/metadata.ts';
import { type Clock, errorMessage, type JsonObject, type Logger, rfc3339Seconds } from '../base/index.ts';
import type { SecretAccount } from './authn/secret-claims.ts';

const lastUsed = 'kubernetes.io/legacy-token-last-used';
const dayMs = 24 * 60 * 60 * 1000;
const secrets = { group: '', version: 'v1', resource: 'secrets' };

/** The day of a moment in UTC, `2006-01-02`. */
function dayOf(ms: number): string {
  return rfc3339Seconds(ms).slice(0, 10);
}

/** Since when the use of such tokens is noted: what a cluster has from its start. */
export function trackingConfigMap(nowMs: number): JsonObject {
  return {
    kind: 'ConfigMap',
    apiVersion: 'v1',
    metadata: { name: 'kube-apiserver-legacy-service-account-token-tracking', namespace: 'kube-system' },
    data: { since: dayOf(nowMs) },
  };
}

/** Notes on a Secret the day on which its token was used last. Nobody waits for it; what fails is tried at the next use. */
export class SecretTokenUse {
  readonly #parts: { readonly client: () => ClusterClient; readonly clock: Clock; readonly log: Logger };
  /** Secrets that are being written, by namespace and name. */
  readonly #writing = new Set<string>();

  constructor(parts: { readonly client: () => ClusterClient; readonly clock: Clock; readonly log: Logger }) {
    this.#parts = parts;
  }

  note({ namespace, secretName }: SecretAccount, secret: JsonObject): void {
    const nowMs = this.#parts.clock.now();
    const noted = labelsOf(secret)?.[lastUsed];
    // Another process may be a day ahead.
    if (noted === dayOf(nowMs) || noted === dayOf(nowMs + dayMs)) return;
    const key = `${namespace}/${secretName}`;
    if (this.#writing.has(key)) return;
    this.#writing.add(key);
    const metadata = { uid: readMetadata(secret)['uid'] ?? '', labels: { [lastUsed]: dayOf(nowMs) } };
    void this.#write({ namespace, name: secretName }, { metadata }).finally(() => this.#writing.delete(key));
  }

  async #write(target: { namespace: string; name: string }, body: JsonObject): Promise<void> {
    const { client, log } = this.#parts;
    try {
      await ignoringMissing(client().patch(secrets, target, { type: 'merge', body }));
    } catch (thrown) {
      log.warn('the use of a token was not noted', { ...target, error: errorMessage(thrown) });
    }
  }
}
