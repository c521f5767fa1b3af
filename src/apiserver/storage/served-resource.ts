import type { ResourceDefinition } from '../../apimachinery/contract.ts';
import type { Subject } from '../../apimachinery/status.ts';

/** A definition with what requests derive from it, worked out once. Shared by all clusters that serve it. */
export class ServedResource {
  readonly definition: ResourceDefinition;
  /** True when a CustomResourceDefinition brought it. */
  readonly custom: boolean;
  /** `v1` or `group/version`. */
  readonly apiVersion: string;
  /** `group|core` + `/` + resource: where objects of all versions are kept, of no other resource than this. */
  readonly storageKey: string;
  /** True when stored bytes can be sent as they are. */
  readonly isStorageForm: boolean;
  /** What JSON of this version begins with, up to the first member of metadata. */
  readonly prefix: Buffer;

  /** `builtInKeys`: where built-in kinds are kept, which a custom resource may be called like. */
  constructor(
    definition: ResourceDefinition,
    origin: 'built-in' | 'custom',
    builtInKeys: ReadonlySet<string> = new Set(),
  ) {
    this.definition = definition;
    this.custom = origin === 'custom';
    this.apiVersion = apiVersionOf(definition.group, definition.version);
    const storageGroup = definition.storageGroup ?? definition.group;
    const key = `${storageGroup === '' ? 'core' : storageGroup}/${definition.resource}`;
    // No group has a colon.
    this.storageKey = this.custom && builtInKeys.has(key) ? `custom:${key}` : key;
    this.isStorageForm =
      storageGroup === definition.group && definition.version === definition.storageVersion;
    this.prefix = Buffer.from(`{"kind":"${definition.kind}","apiVersion":"${this.apiVersion}","metadata":{`);
  }

  /** The apiVersion of the stored form. */
  get storageApiVersion(): string {
    const { storageGroup, group, storageVersion } = this.definition;
    return apiVersionOf(storageGroup ?? group, storageVersion);
  }

  subject(name?: string): Subject {
    const { group, resource } = this.definition;
    return name === undefined ? { group, resource } : { group, resource, name };
  }
}

/** `v1` for the core group, else `group/version`. */
export function apiVersionOf(group: string, version: string): string {
  return group === '' ? version : `${group}/${version}`;
}
