import type { ResourceDefinition } from '../../apimachinery/contract.ts';
import { type JsonObject, jsonEqual } from '../../base/index.ts';
import { ServedResource } from '../storage/served-resource.ts';
import type { GroupVersion, Priority } from './priorities.ts';

/** Built-in resources: made once, shared by all clusters that serve the same of them. */
export class SharedResources {
  /** Those that are served. */
  readonly all: readonly ServedResource[];
  /** Where the objects of all are kept, of those too that are not served. */
  readonly storageKeys: ReadonlySet<string>;
  readonly named: ByName;
  /** Switched off: for the server's own work alone. */
  readonly off: readonly ServedResource[];
  readonly offNamed: ByName;

  constructor(definitions: readonly ResourceDefinition[], off: readonly ResourceDefinition[] = []) {
    this.all = definitions.map((definition) => new ServedResource(definition, 'built-in'));
    this.off = off.map((definition) => new ServedResource(definition, 'built-in'));
    this.storageKeys = new Set([...this.all, ...this.off].map(({ storageKey }) => storageKey));
    this.named = byName(this.all);
    this.offNamed = byName(this.off);
  }
}

/** Served resources by group, version and plural name: no key has to be put together for a question that every request asks. */
type ByName = ReadonlyMap<string, ReadonlyMap<string, ReadonlyMap<string, ServedResource>>>;

function byName(all: readonly ServedResource[]): ByName {
  const groups = new Map<string, Map<string, Map<string, ServedResource>>>();
  for (const served of all) {
    const { group, version, resource } = served.definition;
    const versions = groups.get(group) ?? new Map<string, Map<string, ServedResource>>();
    groups.set(group, versions);
    const resources = versions.get(version) ?? new Map<string, ServedResource>();
    versions.set(version, resources.set(resource, served));
  }
  return groups;
}

/** A group version that a service elsewhere serves, as an APIService says. */
export interface ElsewhereVersion extends GroupVersion {
  readonly priority: Priority;
  /** Its resources, as aggregated discovery lists them; undefined while nobody here knows them. */
  readonly resources: readonly JsonObject[] | undefined;
  /** False: they may be others by now. */
  readonly isFresh: boolean;
  /** Entries of the index of OpenAPI 3 documents. */
  readonly openApiV3: JsonObject;
  /** Its part of the service's Swagger document. */
  readonly swagger: JsonObject | undefined;
}

/** What one cluster serves: the shared resources and those of its CustomResourceDefinitions. */
export class ResourceRegistry {
  readonly shared: SharedResources;
  /** Changes whenever the custom resources do. */
  generation = 0;
  #custom: readonly ServedResource[] = [];
  #customNamed: ByName = new Map();
  /** Served resources by the CustomResourceDefinition that brought them. */
  readonly #byCrd = new Map<string, readonly ServedResource[]>();
  #elsewhere: readonly ElsewhereVersion[] = [];

  /** CustomResourceDefinitions that are being deleted: their objects may change and go, but no new ones come. */
  readonly terminating = new Set<string>();

  constructor(shared: SharedResources) {
    this.shared = shared;
  }

  /** What callers reach. */
  served(group: string, version: string, resource: string): ServedResource | undefined {
    return (
      this.shared.named.get(group)?.get(version)?.get(resource) ??
      this.#customNamed.get(group)?.get(version)?.get(resource)
    );
  }

  /** What the server itself works with: built-in resources too that are switched off. */
  find(group: string, version: string, resource: string): ServedResource | undefined {
    return (
      this.served(group, version, resource) ?? this.shared.offNamed.get(group)?.get(version)?.get(resource)
    );
  }

  /** A version of a resource, for those who care for its objects and not for their form. */
  anyVersion(group: string, resource: string): ServedResource | undefined {
    return (
      anyVersion(this.shared.named, group, resource) ??
      anyVersion(this.#customNamed, group, resource) ??
      anyVersion(this.shared.offNamed, group, resource)
    );
  }

  /** Group versions that a service elsewhere serves: no request for them is answered here, whatever is served here too. */
  setElsewhere(versions: readonly ElsewhereVersion[]): void {
    const isSame = (version: ElsewhereVersion, at: number) => {
      const known = this.#elsewhere[at];
      return known !== undefined && (known === version || jsonEqual({ ...known }, { ...version }));
    };
    if (versions.length === this.#elsewhere.length && versions.every(isSame)) return;
    this.#elsewhere = versions;
    this.generation++;
  }

  elsewhere(): readonly ElsewhereVersion[] {
    return this.#elsewhere;
  }

  /** Custom resources only. */
  custom(): readonly ServedResource[] {
    return this.#custom;
  }

  all(): readonly ServedResource[] {
    return this.#custom.length === 0 ? this.shared.all : [...this.shared.all, ...this.#custom];
  }

  /** A version of a resource of that kind, for owner references and apply. */
  findKind(group: string, version: string, kind: string): ServedResource | undefined {
    return ofKind(this.all(), { group, version, kind });
  }

  /** The same for the server's own work. */
  builtInKind(group: string, version: string, kind: string): ServedResource | undefined {
    const asked = { group, version, kind };
    return ofKind(this.shared.all, asked) ?? ofKind(this.shared.off, asked);
  }

  /** True when any resource of the group is served. */
  hasGroup(group: string, version: string): boolean {
    return [this.shared.named, this.#customNamed].some((named) => named.get(group)?.has(version) === true);
  }

  /** True for groups of kinds that every server has. */
  isBuiltInGroup(group: string): boolean {
    return this.shared.named.has(group);
  }

  /** What a CustomResourceDefinition brings. */
  ofCrd(crd: string): readonly ServedResource[] {
    return this.#byCrd.get(crd) ?? [];
  }

  /** Replaces what a CustomResourceDefinition brings; none removes it. `ended` hears of what is not served so any more. */
  setCustom(
    crd: string,
    definitions: readonly ResourceDefinition[],
    ended: (served: ServedResource) => void,
  ): void {
    const before = this.ofCrd(crd);
    const after = definitions.map((definition) => servedCustom(definition, this.shared));
    if (before.length === after.length && before.every((served, at) => served === after[at])) return;
    if (after.length === 0) this.#byCrd.delete(crd);
    else this.#byCrd.set(crd, after);
    this.#custom = [...this.#byCrd.values()].flat();
    this.#customNamed = byName(this.#custom);
    this.generation++;
    for (const served of before) if (!after.includes(served)) ended(served);
  }
}

function ofKind(
  all: readonly ServedResource[],
  { group, version, kind }: { readonly group: string; readonly version: string; readonly kind: string },
): ServedResource | undefined {
  return all.find(
    ({ definition }) =>
      definition.group === group && definition.version === version && definition.kind === kind,
  );
}

function anyVersion(named: ByName, group: string, resource: string): ServedResource | undefined {
  for (const version of named.get(group)?.values() ?? []) {
    const served = version.get(resource);
    if (served) return served;
  }
  return undefined;
}

const served = new WeakMap<ResourceDefinition, ServedResource>();

/** Clusters with the same definition share what is derived from it. */
function servedCustom(definition: ResourceDefinition, { storageKeys }: SharedResources): ServedResource {
  let known = served.get(definition);
  if (!known) {
    known = new ServedResource(definition, 'custom', storageKeys);
    served.set(definition, known);
  }
  return known;
}
