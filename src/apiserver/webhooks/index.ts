import type { AdmissionStep, WriteTarget } from '../../apimachinery/admission.ts';
import type { ResourceRegistry } from '../discovery/registry.ts';
import type { ClusterStorage } from '../storage/cluster-storage.ts';
import type { Callers } from './call.ts';
import { Hooks } from './hooks.ts';
import { mutatingWebhooks } from './mutating.ts';
import { validatingWebhooks } from './validating.ts';

/** The admission webhooks of one cluster. */
export class AdmissionWebhooks {
  readonly mutating: AdmissionStep;
  readonly validating: AdmissionStep;
  readonly #hooks: readonly Hooks[];

  constructor(storage: ClusterStorage, resources: ResourceRegistry, callers: Callers) {
    const mutating = new Hooks(storage, resources, 'mutatingwebhookconfigurations');
    const validating = new Hooks(storage, resources, 'validatingwebhookconfigurations');
    this.#hooks = [mutating, validating];
    this.mutating = mutatingWebhooks(mutating, callers);
    this.validating = validatingWebhooks(validating, callers);
  }

  /** From then on webhooks are asked. */
  async start(): Promise<void> {
    for (const hooks of this.#hooks) await hooks.start();
  }

  /** True for a write that may have to wait for somebody outside. */
  mayWait(target: WriteTarget): boolean {
    return this.#hooks.some((hooks) => hooks.concerned(target).length > 0);
  }
}
export { ConversionWebhooks } from './conversion.ts';
