import type { JsonObject } from '../../base/index.ts';
import { flowControlGroup } from '../bootstrap/flow-control.ts';
import type { ResourceRegistry } from '../discovery/registry.ts';
import type { ClusterStorage } from '../storage/cluster-storage.ts';
import type { Collection } from '../storage/collection.ts';
import type { ServedResource } from '../storage/served-resource.ts';
import { type FlowSchema, readFlowSchema } from './flow-schema.ts';
import { type PriorityLevel, readPriorityLevel } from './priority-level.ts';

interface Followed {
  readonly served: ServedResource;
  readonly collection: Collection;
}

/** The configuration of flow control, as it lies in the cluster. */
export class Configuration {
  readonly #schemas: Followed;
  readonly #levels: Followed;

  private constructor(schemas: Followed, levels: Followed) {
    this.#schemas = schemas;
    this.#levels = levels;
  }

  /** `changed` is called within the turn of the store. */
  static async follow(
    { storage, resources }: { readonly storage: ClusterStorage; readonly resources: ResourceRegistry },
    changed: () => void,
  ): Promise<Configuration> {
    const followed = async (plural: string): Promise<Followed> => {
      const served = resources.find(flowControlGroup, 'v1', plural);
      if (!served) throw new Error(`${plural} are not served`);
      const collection = await storage.collection(served);
      collection.listen(changed);
      return { served, collection };
    };
    return new Configuration(await followed('flowschemas'), await followed('prioritylevelconfigurations'));
  }

  get schemas(): FlowSchema[] {
    return objectsOf(this.#schemas).map(readFlowSchema);
  }

  get levels(): PriorityLevel[] {
    return objectsOf(this.#levels).map(readPriorityLevel);
  }
}

function objectsOf({ served, collection }: Followed): JsonObject[] {
  return [...collection.scan('')].map((stored) => stored.decoded(served));
}
