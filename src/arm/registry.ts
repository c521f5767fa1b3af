import type { AbsentNamespace } from './absent-namespace.ts';
import type { ResourceType } from './contract.ts';
import { regionDisplayNames } from './regions.ts';

/** Namespaces that every subscription may use without registering. */
const registrationFree = new Set(['microsoft.resources', 'microsoft.authorization']);

export interface Namespace {
  /** Azure's casing. */
  readonly name: string;
  readonly registrationFree: boolean;
  readonly types: readonly ResourceType[];
}

/** Words of the longest absent path, with its namespace; what is longer hangs on a shorter one. */
const deepestAbsent = 8;

/** The declared resource types by namespace and type path, without case. */
export class TypeRegistry {
  readonly #types = new Map<string, ResourceType>();
  readonly #namespaces = new Map<string, Namespace & { readonly types: ResourceType[] }>();
  /** Full paths in lower case; a whole namespace by its name alone. */
  readonly #absent = new Set<string>();

  constructor(types: readonly ResourceType[], absent: readonly AbsentNamespace[] = []) {
    for (const type of types) {
      const name = fullType(type);
      if (this.#types.has(name.toLowerCase())) throw new RangeError(`${name} is declared twice`);
      this.#types.set(name.toLowerCase(), type);
      this.#know(type.namespace).types.push(type);
    }
    for (const { namespace, types: paths } of absent) {
      this.#know(namespace);
      if (!paths) this.#absent.add(namespace.toLowerCase());
      for (const path of paths ?? []) this.#absent.add(`${namespace}/${path}`.toLowerCase());
    }
  }

  #know(name: string): Namespace & { readonly types: ResourceType[] } {
    const key = name.toLowerCase();
    const known = this.#namespaces.get(key);
    if (known) return known;
    const namespace = { name, registrationFree: registrationFree.has(key), types: [] };
    this.#namespaces.set(key, namespace);
    return namespace;
  }

  /** True when Azure has what the path names, or what it hangs on, and this estate has not. */
  isAbsent(namespace: string, path: string): boolean {
    const words = `${namespace}/${path}`.toLowerCase().split('/').slice(0, deepestAbsent);
    return words.some((_, at) => this.#absent.has(words.slice(0, at + 1).join('/')));
  }

  type(namespace: string, typePath: string): ResourceType | undefined {
    return this.#types.get(`${namespace}/${typePath}`.toLowerCase());
  }

  /** By the full type that a record carries. */
  ofRecord(record: { readonly type: string }): ResourceType | undefined {
    return this.#types.get(record.type.toLowerCase());
  }

  namespace(name: string): Namespace | undefined {
    return this.#namespaces.get(name.toLowerCase());
  }

  namespaces(): readonly Namespace[] {
    return [...this.#namespaces.values()];
  }
}

/** E.g. `Microsoft.ContainerService/fleets/members`. */
export function fullType(type: Pick<ResourceType, 'namespace' | 'type'>): string {
  return `${type.namespace}/${type.type}`;
}

/** Regions that a type is offered in, as display names. */
export function offeredLocations(type: ResourceType): readonly string[] {
  return type.locations ?? regionDisplayNames;
}

/** Start of the permission names of a type. */
export function permissionBase(type: ResourceType): string {
  return `${type.namespace}/${type.permissionType ?? type.type}`;
}
