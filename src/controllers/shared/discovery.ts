import { type ClusterClient, ClusterError, type KubeObject } from '../../apimachinery/client.ts';
import { defineKind, type Kind } from '../../apimachinery/kinds.ts';
import { splitApiVersion } from '../../apimachinery/metadata.ts';
import { isObject, type Json, type JsonObject } from '../../base/index.ts';

/** A kind that a cluster serves, in its group's preferred version if it has that one, else in the next that it has. */
export interface ServedKind extends Kind<KubeObject> {
  readonly verbs: ReadonlySet<string>;
  /** All versions in which the kind is served. */
  readonly versions: readonly string[];
}

/** The kind for somebody who looks at metadata alone, which objects show also where their version cannot be had. */
export function metadataOf(kind: ServedKind): ServedKind {
  return { ...kind, ofMetadataAlone: true };
}

/** What a cluster serves; read once and again when told to. */
export class ServedKinds {
  readonly #client: ClusterClient;
  #reading: Promise<readonly ServedKind[]> | undefined;

  constructor(client: ClusterClient) {
    this.#client = client;
  }

  /** Each resource once. Subresources are left out. */
  all(): Promise<readonly ServedKind[]> {
    if (!this.#reading) {
      const reading = readServedKinds(this.#client);
      this.#reading = reading;
      reading.catch(() => {
        if (this.#reading === reading) this.#reading = undefined;
      });
    }
    return this.#reading;
  }

  /** The kind behind an owner reference; undefined when the cluster does not serve it in that version. */
  async find(apiVersion: string, kind: string): Promise<ServedKind | undefined> {
    const [group, version] = splitApiVersion(apiVersion);
    return (await this.all()).find(
      (served) => served.group === group && served.kind === kind && served.versions.includes(version),
    );
  }

  /** Kinds were added or removed: the next question reads again. */
  forget(): void {
    this.#reading = undefined;
  }
}

async function readServedKinds(client: ClusterClient): Promise<readonly ServedKind[]> {
  const groups = listOf(parse((await readText(client, '/apis')) ?? '{}')['groups']);
  const lists = await Promise.all([
    kindsAt(client, '/api/v1', 'v1'),
    ...groups.map((group) => kindsOfGroup(client, group)),
  ]);
  return lists.flat();
}

/** Each resource of a group once: the preferred version is asked first, then the others in the server's order. */
async function kindsOfGroup(client: ClusterClient, group: JsonObject): Promise<readonly ServedKind[]> {
  const preferred = nameOfVersion(group['preferredVersion']);
  const served = listOf(group['versions']).flatMap((version) => nameOfVersion(version) ?? []);
  const names = new Set(preferred === undefined ? served : [preferred, ...served]);
  const lists = await Promise.all([...names].map((name) => kindsAt(client, `/apis/${name}`, name)));
  const [only] = lists;
  if (only && lists.length === 1) return only;
  const kinds = new Map<string, ServedKind>();
  for (const kind of lists.flat()) {
    const known = kinds.get(kind.resource);
    const merged = known ? { ...known, versions: [...known.versions, ...kind.versions] } : kind;
    kinds.set(kind.resource, merged);
  }
  return [...kinds.values()];
}

function nameOfVersion(version: Json | undefined): string | undefined {
  const name = isObject(version) ? version['groupVersion'] : undefined;
  return typeof name === 'string' ? name : undefined;
}

/**
 * Kinds by the text that describes them: clusters mostly serve the same, and share what was read for the first one.
 * The oldest text is forgotten first.
 */
const knownTexts = new Map<string, readonly ServedKind[]>();
const knownTextsLimit = 256;

async function kindsAt(
  client: ClusterClient,
  path: string,
  apiVersion: string,
): Promise<readonly ServedKind[]> {
  const text = await readText(client, path);
  // Of a service elsewhere: nothing of it is kept here.
  if (text === undefined) return [];
  const known = knownTexts.get(text);
  if (known) return known;
  const kinds = kindsIn(parse(text), apiVersion);
  knownTexts.set(text, kinds);
  if (knownTexts.size > knownTextsLimit) {
    for (const oldest of knownTexts.keys()) {
      knownTexts.delete(oldest);
      break;
    }
  }
  return kinds;
}

function kindsIn(list: JsonObject, apiVersion: string): readonly ServedKind[] {
  return listOf(list['resources']).flatMap((resource) => {
    const { name, kind, namespaced, verbs } = resource;
    if (typeof name !== 'string' || typeof kind !== 'string' || name.includes('/')) return [];
    const known = Array.isArray(verbs) ? verbs.filter((verb) => typeof verb === 'string') : [];
    const scope = namespaced === true ? 'Namespaced' : 'Cluster';
    const defined = defineKind<KubeObject>(apiVersion, kind, name, scope);
    return [{ ...defined, verbs: new Set(known), versions: [defined.version] }];
  });
}

/** Undefined for what is not available. */
async function readText(client: ClusterClient, path: string): Promise<string | undefined> {
  const { status, body } = await client.raw('GET', path);
  if (status === 503) return undefined;
  if (status !== 200) throw new ClusterError(status, '', `discovery at ${path} answered ${status}`);
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
}

function parse(text: string): JsonObject {
  const value: unknown = JSON.parse(text);
  return isObject(value) ? value : {};
}

function listOf(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
