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
  /** Other versions of an object are a webhook's to make. */
  readonly isConvertedElsewhere: boolean;
  #asStored: ServedResource | undefined;

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
    this.isConvertedElsewhere = definition.convertedBy !== undefined;
    this.prefix = Buffer.from(`{"kind":"${definition.kind}","apiVersion":"${this.apiVersion}","metadata":{`);
  }

  /**
   * The same resource for those who are concerned with metadata alone (who empties a namespace, who follows owners):
   * each object as it lies in the store, in whatever version, and written back in that one.
   */
  get asStored(): ServedResource {
    if (!this.isConvertedElsewhere) return this;
    if (!this.#asStored) {
      const { convertedBy: _webhook, storedForm: _form, ...definition } = this.definition;
      this.#asStored = new StoredVersions(definition, this.storageKey);
    }
    return this.#asStored;
  }

  /** True: an object keeps the version that it has. */
  get keepsVersion(): boolean {
    return false;
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

class StoredVersions extends ServedResource {
  constructor(definition: ResourceDefinition, storageKey: string) {
    super(definition, 'custom', new Set(storageKey.startsWith('custom:') ? [storageKey.slice(7)] : []));
  }

  override get keepsVersion(): boolean {
    return true;
  }
}

/** `v1` for the core group, else `group/version`. */
export function apiVersionOf(group: string, version: string): string {
  return group === '' ? version : `${group}/${version}`;
}
