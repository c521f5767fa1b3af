import type { ResourceDefinition } from '../contract.ts';
import { ServedResource } from '../storage/served-resource.ts';

/** Resources that every cluster serves: made once, shared by all. */
export class SharedResources {
  readonly all: readonly ServedResource[];
  readonly #byPath: ReadonlyMap<string, ServedResource>;

  constructor(definitions: readonly ResourceDefinition[]) {
    this.all = definitions.map((definition) => new ServedResource(definition, 'built-in'));
    this.#byPath = new Map(this.all.map((served) => [pathOf(served.definition), served]));
  }

  find(path: string): ServedResource | undefined {
    return this.#byPath.get(path);
  }
}

/** What one cluster serves: the shared resources and those of its CustomResourceDefinitions. */
export class ResourceRegistry {
  readonly shared: SharedResources;
  /** Changes whenever the custom resources do. */
  generation = 0;
  #custom = new Map<string, ServedResource>();
  /** Served resources by the CustomResourceDefinition that brought them. */
  readonly #byCrd = new Map<string, readonly ServedResource[]>();

  constructor(shared: SharedResources) {
    this.shared = shared;
  }

  find(group: string, version: string, resource: string): ServedResource | undefined {
    const path = `${group}/${version}/${resource}`;
    return this.shared.find(path) ?? this.#custom.get(path);
  }

  /** Custom resources only. */
  custom(): readonly ServedResource[] {
    return [...this.#custom.values()];
  }

  all(): readonly ServedResource[] {
    return this.#custom.size === 0 ? this.shared.all : [...this.shared.all, ...this.#custom.values()];
  }

  /** A version of a resource of that kind, for owner references and apply. */
  findKind(group: string, version: string, kind: string): ServedResource | undefined {
    return this.all().find(
      ({ definition }) =>
        definition.group === group && definition.version === version && definition.kind === kind,
    );
  }

  /** True when any resource of the group is served. */
  hasGroup(group: string, version: string): boolean {
    return this.all().some(({ definition }) => definition.group === group && definition.version === version);
  }

  /** Replaces what a CustomResourceDefinition brings; empty removes it. */
  setCustom(crd: string, definitions: readonly ResourceDefinition[]): void {
    if (definitions.length === 0) this.#byCrd.delete(crd);
    else
      this.#byCrd.set(
        crd,
        definitions.map((definition) => new ServedResource(definition, 'custom')),
      );
    this.#custom = new Map(
      [...this.#byCrd.values()].flat().map((served) => [pathOf(served.definition), served]),
    );
    this.generation++;
  }
}

function pathOf({ group, version, resource }: ResourceDefinition): string {
  return `${group}/${version}/${resource}`;
}
