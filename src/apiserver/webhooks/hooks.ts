import type { WriteTarget } from '../../apimachinery/admission.ts';
import type { ResourceRegistry } from '../discovery/registry.ts';
import { KeptByTarget } from '../matching/kept-by-target.ts';
import type { ClusterStorage } from '../storage/cluster-storage.ts';
import type { ServedResource } from '../storage/served-resource.ts';
import type { StoredObject } from '../storage/stored-object.ts';
import { type Hook, hooksOf } from './hook.ts';
import { type Invocation, invocationOf } from './rules.ts';

const nobody: readonly Invocation[] = [];

/** The webhooks of one sort, compiled once for each state of their collection, and whom each target concerns. */
export class Hooks {
  readonly #storage: ClusterStorage;
  readonly #resource: ServedResource;
  #hooks: readonly Hook[] = [];
  /** What was compiled is no longer what there is. */
  #isStale = false;
  #list: (() => readonly Hook[]) | undefined;
  readonly #known = new WeakMap<StoredObject, readonly Hook[]>();
  readonly #concerned: KeptByTarget<readonly Invocation[]>;

  constructor(storage: ClusterStorage, resources: ResourceRegistry, plural: string) {
    const resource = resources.find('admissionregistration.k8s.io', 'v1', plural);
    if (!resource) throw new Error(`${plural} are not served`);
    this.#storage = storage;
    this.#resource = resource;
    this.#concerned = new KeptByTarget(resources, (target) =>
      this.#hooks.flatMap((hook, index) => invocationOf({ hook, index }, target, resources) ?? []),
    );
  }

  /** Until then nobody is asked: what a new cluster needs comes first. */
  async start(): Promise<void> {
    const collection = await this.#storage.collection(this.#resource);
    this.#list = () => [...collection.scan('')].flatMap((each) => this.#hooksIn(each));
    this.#isStale = true;
    collection.listen(() => {
      this.#isStale = true;
    });
  }

  /** In the order of the names of their configurations, each of which is read once for each of its states. */
  #hooksIn(stored: StoredObject): readonly Hook[] {
    let hooks = this.#known.get(stored);
    if (!hooks) this.#known.set(stored, (hooks = hooksOf(stored.decoded(this.#resource))));
    return hooks;
  }

  /** Whom a write may concern, in the order in which they are asked. */
  concerned(target: WriteTarget): readonly Invocation[] {
    if (this.#isStale) this.#compile();
    return this.#hooks.length === 0 ? nobody : this.#concerned.of(target);
  }

  #compile(): void {
    this.#isStale = false;
    this.#hooks = this.#list?.() ?? [];
    this.#concerned.forget();
  }
}
