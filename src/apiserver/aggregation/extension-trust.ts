import { X509Certificate } from 'node:crypto';
import { metadataOf } from '../../apimachinery/metadata.ts';
import { textAt } from '../../apimachinery/read.ts';
import { StatusError } from '../../apimachinery/status.ts';
import { type Json, type JsonObject, jsonEqual, parseJson } from '../../base/index.ts';
import { splitPem } from '../authn/authenticators.ts';
import type { FrontProxyIdentity } from '../backends/index.ts';
import type { ClusterParts } from '../call/call.ts';
import type { OwnWork, Term } from '../call/own-work.ts';
import { Passes } from '../call/passes.ts';
import { objectKey } from '../storage/keys.ts';
import { internalCall } from '../verbs/internal-call.ts';
import { changeObject } from '../write/change.ts';

const namespace = 'kube-system';
const name = 'extension-apiserver-authentication';

/** Lists of what extension servers read about who is passed on to them. */
const lists: Readonly<Record<string, readonly string[]>> = {
  'requestheader-username-headers': ['X-Remote-User'],
  'requestheader-uid-headers': ['X-Remote-Uid'],
  'requestheader-group-headers': ['X-Remote-Group'],
  'requestheader-extra-headers-prefix': ['X-Remote-Extra-'],
};

interface Authorities {
  readonly frontProxy: FrontProxyIdentity;
  /** Of client certificates, when this server takes such. */
  readonly client: { readonly certificatePem: string; isTrusted(): boolean } | undefined;
}

const namesMember = 'requestheader-allowed-names';

/**
 * Keeps the ConfigMap that extension servers read whom to trust in: this server's front proxy, and client certificates as this
 * server trusts them. What others added stays; authorities that ended, and earlier ones of this server, go.
 */
export class ExtensionTrust {
  readonly #parts: ClusterParts;
  readonly #passes: Passes;
  readonly #authorities: Authorities;

  constructor(parts: ClusterParts, own: OwnWork, authorities: Authorities) {
    this.#parts = parts;
    this.#authorities = authorities;
    this.#passes = new Passes(own, {
      what: `${namespace}/${name}`,
      clock: parts.clock,
      log: parts.log,
      pass: (term) => this.#keep(term),
      // A namespace that goes takes no new objects; the next one is asked about when it is there.
      failed: (thrown) => !(thrown instanceof StatusError),
    });
  }

  /** What a new cluster begins with. */
  wanted(): JsonObject {
    return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name }, data: this.#dataAfter({}) };
  }

  /** From now on it is put right when somebody changes or removes it. */
  async start(): Promise<void> {
    const resource = this.#parts.resources.find('', 'v1', 'configmaps');
    if (!resource) return;
    (await this.#parts.storage.collection(resource)).listen(({ object }) => {
      if (object.name === name && object.namespace === namespace) this.ask();
    });
  }

  /** Whom this server trusts may be others by now. */
  ask(): void {
    this.#passes.ask();
  }

  async #keep(term: Term): Promise<void> {
    const resource = this.#parts.resources.find('', 'v1', 'configmaps');
    if (!resource) return;
    const stored = (await this.#parts.storage.collection(resource)).get(objectKey(namespace, name));
    const before = stored?.decoded(resource);
    if (before && jsonEqual(before['data'] ?? {}, this.#dataAfter(before['data']))) return;
    const call = internalCall(term, 'update', { resource, namespace, name });
    await changeObject(this.#parts, call, {
      creates: 'if-missing',
      mayRetry: true,
      compute: (current) => {
        const object = current?.copy(resource) ?? this.wanted();
        if (current) object['data'] = this.#dataAfter(object['data']);
        else metadataOf(object)['namespace'] = namespace;
        return object;
      },
    });
  }

  #dataAfter(data: Json | undefined): JsonObject {
    const { frontProxy, client } = this.#authorities;
    const frontProxyPem = frontProxy.authorityPem;
    const kept: JsonObject = {};
    const clients = this.#certificates(textAt(data, 'client-ca-file'), client?.certificatePem);
    if (client?.isTrusted()) clients.push(...splitPem(client.certificatePem).map(withEnd));
    if (clients.length > 0) kept['client-ca-file'] = clients.join('');
    const proxies = this.#certificates(textAt(data, 'requestheader-client-ca-file'), frontProxyPem);
    kept['requestheader-client-ca-file'] = [...proxies, ...splitPem(frontProxyPem).map(withEnd)].join('');
    for (const [member, own] of [...Object.entries(lists), [namesMember, frontProxy.names] as const]) {
      kept[member] = JSON.stringify([...new Set([...textsIn(textAt(data, member)), ...own])]);
    }
    return kept;
  }

  /** Those of others that still count: an authority of the name of ours is ours, now or before. */
  #certificates(pem: string, ownPem: string | undefined): string[] {
    const ownNames = splitPem(ownPem ?? '').map((each) => certificateIn(each)?.subject);
    const nowMs = this.#parts.clock.now();
    return splitPem(pem)
      .filter((each) => {
        const certificate = certificateIn(each);
        if (!certificate || certificate.validToDate.getTime() < nowMs) return false;
        return !ownNames.includes(certificate.subject);
      })
      .map(withEnd);
  }
}

function certificateIn(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

function withEnd(pem: string): string {
  return `${pem.trimEnd()}\n`;
}

function textsIn(json: string): string[] {
  try {
    const value = parseJson(json === '' ? '[]' : json);
    return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
  } catch {
    return [];
  }
}
