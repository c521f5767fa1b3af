import type { ClusterView } from '../../apimachinery/admission.ts';
import { cloneJson } from '../../apimachinery/clone.ts';
import type { ConversionWebhook, ResourceDefinition } from '../../apimachinery/contract.ts';
import { textOf } from '../../apimachinery/metadata.ts';
import { StatusError } from '../../apimachinery/status.ts';
import { isObject, type Json, type JsonObject } from '../../base/index.ts';
import { BackendFailure, type Backends, backendOf, readAnswer } from '../backends/index.ts';
import type { Conversions } from '../storage/conversion.ts';
import { apiVersionOf, type ServedResource } from '../storage/served-resource.ts';
import type { StoredObject } from '../storage/stored-object.ts';
import { convertedIn } from './converted.ts';
import { typeMismatch, uidMismatch } from './mismatch.ts';

const conversionLimits = {
  /** Of the objects of one call; a longer list takes several. */
  askedBytes: 4 * 1024 * 1024,
  timeoutSeconds: 30,
} as const;

/** What is asked for: objects of one kind in another version, by the webhook of their definition. */
interface Wanted {
  readonly webhook: ConversionWebhook;
  readonly kind: string;
  readonly apiVersion: string;
}

/** Asks conversion webhooks. What they made of an object is kept within a bound, until it changes. */
export class ConversionWebhooks implements Conversions {
  readonly #backends: Backends;
  readonly #cluster: ClusterView;

  constructor(backends: Backends, cluster: ClusterView) {
    this.#backends = backends;
    this.#cluster = cluster;
  }

  async bring(objects: readonly StoredObject[], served: ServedResource): Promise<readonly StoredObject[]> {
    const { convertedBy: webhook, kind } = served.definition;
    if (!webhook) return objects;
    const brought = new Map<StoredObject, StoredObject>();
    for (const object of objects) {
      const made = object.madeIn(served);
      if (made) brought.set(object, made);
    }
    const wanted = { webhook, kind, apiVersion: served.apiVersion };
    for (const some of inCalls(objects.filter((object) => !brought.has(object)))) {
      const sources = some.map((object) => object.copy(served.asStored));
      const converted = await this.#convert(sources, wanted);
      for (const [at, object] of some.entries()) {
        const made = converted[at];
        if (!made) continue;
        served.definition.storedForm?.bring(made);
        brought.set(object, object.asMade(served, made));
      }
    }
    return objects.map((object) => brought.get(object) ?? object);
  }

  async toStorage(object: JsonObject, served: ServedResource): Promise<JsonObject> {
    const { convertedBy: webhook, kind } = served.definition;
    if (!webhook || served.apiVersion === served.storageApiVersion) return object;
    const source = { ...cloneJson(object), kind, apiVersion: served.apiVersion };
    const wanted = { webhook, kind, apiVersion: served.storageApiVersion };
    const [converted] = await this.#convert([source], wanted);
    if (!converted) return object;
    webhook.storedForm?.bring(converted);
    return converted;
  }

  /** One object of a write, for an admission webhook that asked for another version. */
  async between(object: JsonObject, { to }: { readonly to: ResourceDefinition }): Promise<JsonObject> {
    const { convertedBy: webhook, kind, group, version } = to;
    if (!webhook) return object;
    const wanted = { webhook, kind, apiVersion: apiVersionOf(group, version) };
    const [converted] = await this.#convert([cloneJson(object)], wanted);
    if (!converted) return object;
    to.storedForm?.bring(converted);
    return converted;
  }

  async #convert(sources: readonly JsonObject[], wanted: Wanted): Promise<readonly JsonObject[]> {
    const from = `${textOf(sources[0]?.['apiVersion'])}, Kind=${wanted.kind}`;
    const failed = (why: string) => new StatusError(500, '', `conversion webhook for ${from} ${why}`);
    try {
      return convertedIn(await this.#ask(sources, wanted), { sources, apiVersion: wanted.apiVersion });
    } catch (thrown) {
      if (thrown instanceof BackendFailure) throw failed(thrown.message);
      throw thrown;
    }
  }

  /** The objects in the answer. Throws `BackendFailure`. */
  async #ask(sources: readonly JsonObject[], { webhook, apiVersion }: Wanted): Promise<readonly Json[]> {
    const version = webhook.reviewVersions.find((each) => each === 'v1' || each === 'v1beta1');
    const backend = backendOf(webhook.clientConfig);
    if (version === undefined || !backend)
      throw new BackendFailure('failed: no supported conversion review versions');
    const uid = this.#cluster.random.uuid();
    const body = JSON.stringify({
      kind: 'ConversionReview',
      apiVersion: `apiextensions.k8s.io/${version}`,
      request: { uid, desiredAPIVersion: apiVersion, objects: sources },
      response: { uid: '', convertedObjects: null, result: { metadata: {} } },
    });
    try {
      const { timeoutSeconds } = conversionLimits;
      const asked = { body, timeoutMs: timeoutSeconds * 1000, shownTimeoutSeconds: timeoutSeconds };
      const review = readAnswer(await this.#backends.post(backend, asked), {
        group: 'apiextensions.k8s.io',
        kind: 'ConversionReview',
        version,
        known: ['v1', 'v1beta1'],
      });
      return objectsIn(review, { uid, version });
    } catch (thrown) {
      if (thrown instanceof BackendFailure) throw new BackendFailure(`failed: ${thrown.message}`);
      throw thrown;
    }
  }
}

const conversionReview = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'ConversionReview' };

function objectsIn(
  review: JsonObject,
  { uid, version }: { readonly uid: string; readonly version: string },
): readonly Json[] {
  const { response } = review;
  const isOfV1 = version === 'v1';
  const otherType = isOfV1 ? typeMismatch(review, conversionReview) : undefined;
  if (otherType !== undefined) throw new BackendFailure(otherType);
  if (!isObject(response)) throw new BackendFailure('no response provided');
  const otherUid = isOfV1 ? uidMismatch(response, uid) : undefined;
  if (otherUid !== undefined) throw new BackendFailure(otherUid);
  const result = isObject(response['result']) ? response['result'] : {};
  const status = textOf(result['status']);
  if (status !== 'Success') {
    const said = textOf(result['message']);
    throw new BackendFailure(said === '' ? `response.result.status was '${status}', not 'Success'` : said);
  }
  return Array.isArray(response['convertedObjects']) ? response['convertedObjects'] : [];
}

/** Objects as they are asked about together. */
function* inCalls(objects: readonly StoredObject[]): Generator<readonly StoredObject[]> {
  let some: StoredObject[] = [];
  let bytes = 0;
  for (const object of objects) {
    if (some.length > 0 && bytes + object.byteLength > conversionLimits.askedBytes) {
      yield some;
      some = [];
      bytes = 0;
    }
    some.push(object);
    bytes += object.byteLength;
  }
  if (some.length > 0) yield some;
}
