import { createHash } from 'node:crypto';
import type { ResourceDefinition, SubresourceDefinition } from '../../apimachinery/contract.ts';
import type { JsonObject } from '../../base/index.ts';
import { apiVersionOf, type ServedResource } from '../storage/served-resource.ts';
import { compareGroups, comparePlacedVersions, localPriority } from './priorities.ts';
import type { ElsewhereVersion, ResourceRegistry, SharedResources } from './registry.ts';

/** A discovery document, encoded once. */
export interface Document {
  readonly bytes: Uint8Array;
  readonly etag: string;
}

/** One API group as discovery tells it; texts are JSON. */
interface GroupTexts {
  readonly name: string;
  /** Where it stands among the others: the highest of its versions. */
  readonly priority: number;
  readonly versions: readonly string[];
  /** `APIGroup` without kind and apiVersion. */
  readonly group: string;
  /** Item of the aggregated list. */
  readonly aggregated: string;
  /** `APIResourceList` by version. */
  readonly lists: ReadonlyMap<string, Uint8Array>;
}

const sharedGroups = new WeakMap<SharedResources, ReadonlyMap<string, GroupTexts>>();

/** Discovery of one cluster. Texts of groups without custom resources are shared by all clusters. */
export class Discovery {
  readonly #resources: ResourceRegistry;
  #generation = -1;
  #groups: ReadonlyMap<string, GroupTexts> = new Map();
  #documents = new Map<string, Document>();

  constructor(resources: ResourceRegistry) {
    this.#resources = resources;
  }

  /** `APIResourceList` of a group version. */
  resourceList(group: string, version: string): Uint8Array | undefined {
    return this.#current().get(group)?.lists.get(version);
  }

  /** `APIGroup`. */
  group(name: string): Document | undefined {
    const texts = name === '' ? undefined : this.#current().get(name);
    if (!texts) return undefined;
    return this.#document(
      `group/${name}`,
      () => `{"kind":"APIGroup","apiVersion":"v1",${texts.group.slice(1)}`,
    );
  }

  /** `APIGroupList`: every group but the core one. */
  groupList(): Document {
    const groups = this.#current();
    return this.#document('groups', () => {
      const list = [...groups.values()].filter(({ name }) => name !== '').map(({ group }) => group);
      return `{"kind":"APIGroupList","apiVersion":"v1","groups":[${list.join(',')}]}`;
    });
  }

  /** `APIGroupDiscoveryList` of the core group (`/api`) or of all others (`/apis`), in `v2` or `v2beta1`. */
  aggregated(of: 'core' | 'others', version: string): Document {
    const groups = this.#current();
    return this.#document(`aggregated/${of}/${version}`, () => {
      const items = [...groups.values()].filter(({ name }) => (name === '') === (of === 'core'));
      const texts = items.map(({ aggregated }) => aggregated).join(',');
      return `{"kind":"APIGroupDiscoveryList","apiVersion":"apidiscovery.k8s.io/${version}","metadata":{},"items":[${texts}]}`;
    });
  }

  /** True for groups of kinds that every server has. */
  isBuiltInGroup(group: string): boolean {
    return this.#resources.isBuiltInGroup(group);
  }

  groupVersions(): { group: string; version: string }[] {
    return [...this.#current().values()].flatMap(({ name, versions }) =>
      versions.map((version) => ({ group: name, version })),
    );
  }

  #document(key: string, text: () => string): Document {
    const known = this.#documents.get(key);
    if (known) return known;
    const bytes = Buffer.from(`${text()}\n`);
    const etag = `"${createHash('sha512').update(bytes).digest('hex').toUpperCase()}"`;
    const document = { bytes, etag };
    this.#documents.set(key, document);
    return document;
  }

  #current(): ReadonlyMap<string, GroupTexts> {
    if (this.#generation === this.#resources.generation) return this.#groups;
    this.#generation = this.#resources.generation;
    this.#documents = new Map();
    this.#groups = groupsOf(this.#resources);
    return this.#groups;
  }
}

function groupsOf(resources: ResourceRegistry): ReadonlyMap<string, GroupTexts> {
  const { shared } = resources;
  let builtIn = sharedGroups.get(shared);
  if (!builtIn) {
    builtIn = describeGroups(shared.all);
    sharedGroups.set(shared, builtIn);
  }
  const custom = resources.custom();
  const elsewhere = resources.elsewhere();
  if (custom.length === 0 && elsewhere.length === 0) return builtIn;
  const extended = new Set([
    ...custom.map(({ definition }) => definition.group),
    ...elsewhere.map(({ group }) => group),
  ]);
  const affected = resources.all().filter(({ definition }) => extended.has(definition.group));
  return inOrder(new Map([...builtIn, ...describeGroups(affected, elsewhere)]));
}

function inOrder(groups: ReadonlyMap<string, GroupTexts>): ReadonlyMap<string, GroupTexts> {
  return new Map([...groups].sort(([, a], [, b]) => compareGroups(a, b)));
}

function describeGroups(
  resources: readonly ServedResource[],
  elsewhere: readonly ElsewhereVersion[] = [],
): ReadonlyMap<string, GroupTexts> {
  const byGroup = Map.groupBy(resources, ({ definition }) => definition.group);
  const others = Map.groupBy(elsewhere, ({ group }) => group);
  const names = new Set([...byGroup.keys(), ...others.keys()]);
  return inOrder(
    new Map(
      [...names].map((name) => [name, describeGroup(name, byGroup.get(name) ?? [], others.get(name) ?? [])]),
    ),
  );
}

/** What a service elsewhere serves it lists itself, under the version's own path. */
function describeGroup(
  name: string,
  members: readonly ServedResource[],
  elsewhere: readonly ElsewhereVersion[],
): GroupTexts {
  const byVersion = Map.groupBy(members, ({ definition }) => definition.version);
  const others = new Map(elsewhere.map((other) => [other.version, other]));
  const priorityOf = (version: string) =>
    others.get(version)?.priority ?? localPriority({ group: name, version });
  const versions = [...new Set([...byVersion.keys(), ...others.keys()])]
    .map((version) => ({ version, priority: priorityOf(version).version }))
    .sort(comparePlacedVersions)
    .map(({ version }) => version);
  const listed = versions.map((version) => ({ groupVersion: apiVersionOf(name, version), version }));
  const lists = new Map<string, Uint8Array>();
  const aggregated: JsonObject[] = [];
  for (const version of versions) {
    const other = others.get(version);
    if (other) {
      const { resources, isFresh } = other;
      const known = resources && { resources: [...resources] };
      aggregated.push({ version, ...known, freshness: isFresh ? 'Current' : 'Stale' });
      continue;
    }
    const served = byVersion.get(version) ?? [];
    const definitions = served.map(({ definition }) => definition);
    const resourceList = {
      kind: 'APIResourceList',
      // Those of the first version of all say nothing of theirs.
      ...(name !== '' && { apiVersion: 'v1' }),
      groupVersion: apiVersionOf(name, version),
      resources: definitions.flatMap(listedResources),
    };
    lists.set(version, Buffer.from(`${JSON.stringify(resourceList)}\n`));
    aggregated.push({ version, resources: served.map(aggregatedResource), freshness: 'Current' });
  }
  return {
    name,
    priority: Math.max(...versions.map((version) => priorityOf(version).group)),
    versions,
    lists,
    group: JSON.stringify({ name, versions: listed, preferredVersion: listed[0] }),
    aggregated: JSON.stringify({ metadata: name === '' ? {} : { name }, versions: aggregated }),
  };
}

function listedResources(definition: ResourceDefinition): JsonObject[] {
  const { resource, singular, namespaced, kind, verbs, shortNames, categories } = definition;
  const self: JsonObject = {
    name: resource,
    singularName: singular,
    namespaced,
    kind,
    verbs: [...verbs],
    ...(shortNames.length > 0 && { shortNames: [...shortNames] }),
    ...(categories.length > 0 && { categories: [...categories] }),
    ...(verbs.includes('list') &&
      definition.quirks.hashedVersion !== '' && { storageVersionHash: storageVersionHash(definition) }),
  };
  const subresources = Object.values(definition.subresources).map((subresource) => ({
    name: `${resource}/${subresource.name}`,
    singularName: '',
    namespaced,
    ...(subresource.group === undefined
      ? {}
      : { group: subresource.group, version: subresource.version ?? '' }),
    kind: subresource.kind ?? kind,
    verbs: [...subresource.verbs],
  }));
  return [self, ...subresources];
}

function aggregatedResource({ definition, custom }: ServedResource): JsonObject {
  const { resource, singular, namespaced, kind, verbs, shortNames, categories } = definition;
  // Of its own kinds a server says no more than the name: their group and version are those of the list.
  const { group, version } = custom ? definition : { group: '', version: '' };
  const subresources = Object.values(definition.subresources).map((subresource) =>
    aggregatedSubresource({ group, version, kind }, subresource),
  );
  return {
    resource,
    responseKind: { group, version, kind },
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs: [...verbs],
    ...(shortNames.length > 0 && { shortNames: [...shortNames] }),
    ...(categories.length > 0 && { categories: [...categories] }),
    ...(subresources.length > 0 && { subresources }),
  };
}

function aggregatedSubresource(
  parent: Pick<ResourceDefinition, 'group' | 'version' | 'kind'>,
  subresource: SubresourceDefinition,
): JsonObject {
  return {
    subresource: subresource.name,
    responseKind: {
      group: subresource.group ?? parent.group,
      version: subresource.version ?? parent.version,
      kind: subresource.kind ?? parent.kind,
    },
    verbs: [...subresource.verbs],
  };
}

/** Tells clients when the stored form of a resource changes. */
function storageVersionHash(definition: ResourceDefinition): string {
  const { storageGroup, group, storageVersion, quirks, kind } = definition;
  return createHash('sha256')
    .update(`${storageGroup ?? group}/${quirks.hashedVersion ?? storageVersion}/${kind}`)
    .digest()
    .subarray(0, 8)
    .toString('base64');
}
