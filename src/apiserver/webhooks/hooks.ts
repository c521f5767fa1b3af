import type { WriteTarget } from '../../apimachinery/admission.ts';
import type { ResourceDefinition } from '../../apimachinery/contract.ts';
import type { ResourceRegistry } from '../discovery/registry.ts';
import type { ClusterStorage } from '../storage/cluster-storage.ts';
import type { ServedResource } from '../storage/served-resource.ts';
import { type Hook, hooksOf } from './hook.ts';
import { type Invocation, invocationOf } from './rules.ts';

const nobody: readonly Invocation[] = [];

/** The webhooks of one sort, compiled once for each state of their collection, and whom each target concerns. */
export class Hooks {
  readonly #storage: ClusterStorage;
  readonly #resource: ServedResource;
  readonly #resources: ResourceRegistry;
  #hooks: readonly Hook[] = [];
  /** What was compiled is no longer what there is. */
  #isStale = false;
  #list: (() => readonly Hook[]) | undefined;
  /** Found once for each target, until configurations or served resources change. */
  #concerned = new WeakMap<ResourceDefinition, Map<string, readonly Invocation[]>>();
  #generation = -1;

  constructor(storage: ClusterStorage, resources: ResourceRegistry, plural: string) {
    const resource = resources.find('admissionregistration.k8s.io', 'v1', plural);
    if (!resource) throw new Error(`${plural} are not served`);
    this.#storage = storage;
    this.#resource = resource;
    this.#resources = resources;
  }

  /** Until then nobody is asked: what a new cluster needs comes first. */
  async start(): Promise<void> {
    const collection = await this.#storage.collection(this.#resource);
    this.#list = () => hooksOf([...collection.scan('')].map((each) => each.decoded(this.#resource)));
    this.#isStale = true;
    collection.listen(() => {
      this.#isStale = true;
    });
  }

  /** Whom a write may concern, in the order in which they are asked. */
  concerned(target: WriteTarget): readonly Invocation[] {
    if (this.#isStale) this.#compile();
    if (this.#hooks.length === 0) return nobody;
    if (this.#generation !== this.#resources.generation) {
      this.#concerned = new WeakMap();
      this.#generation = this.#resources.generation;
    }
    const { definition, subresource, operation } = target;
    const plain = { definition, subresource, operation };
    let known = this.#concerned.get(definition);
    if (!known) this.#concerned.set(definition, (known = new Map()));
    const key = `${operation} ${subresource}`;
    let invocations = known.get(key);
    if (!invocations) {
      invocations = this.#hooks.flatMap((hook) => invocationOf(hook, plain, this.#resources) ?? []);
      known.set(key, invocations);
    }
    return invocations;
  }

  #compile(): void {
    this.#isStale = false;
    this.#hooks = this.#list?.() ?? [];
    this.#concerned = new WeakMap();
  }
}
