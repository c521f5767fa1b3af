import type { AdmissionStep } from '../../apimachinery/admission.ts';
import type { Clock } from '../../base/index.ts';
import type { Convert } from '../matching/versions.ts';
import type { AdmissionMetrics } from '../metrics/admission-metrics.ts';
import type { Features } from '../switches/index.ts';
import { mutatingPolicies } from './mutating.ts';
import { mutatingPolicyOf } from './mutating-policy.ts';
import type { ParamSource } from './params.ts';
import { PolicySource } from './source.ts';
import { validatingPolicies } from './validating.ts';
import { validatingPolicyOf } from './validating-policy.ts';

/** What policies and their bindings say of writes, and what they make of them. */
export class AdmissionPolicies {
  readonly mutating: AdmissionStep;
  readonly validating: AdmissionStep;
  readonly #source: ParamSource;
  readonly #mutating;
  readonly #validating;
  readonly #mutates: boolean;

  /** MutatingAdmissionPolicies do nothing unless their feature gate is open. */
  constructor(
    source: ParamSource,
    around: {
      readonly convert: Convert;
      readonly metrics: AdmissionMetrics;
      readonly clock: Clock;
      readonly features: Pick<Features, 'isOn'>;
    },
  ) {
    const { convert, features } = around;
    const mutates = features.isOn('MutatingAdmissionPolicy');
    this.#source = source;
    this.#mutates = mutates;
    this.#mutating = new PolicySource(source, mutatingPolicyOf);
    this.#validating = new PolicySource(source, validatingPolicyOf);
    this.mutating = mutatingPolicies(this.#mutating, { source, ...around, mutates });
    this.validating = validatingPolicies(this.#validating, { source, convert });
  }

  /** Until then none is followed: what a new cluster needs comes first. */
  async start(): Promise<void> {
    await this.#validating.start(
      this.#kept('v1', 'validatingadmissionpolicies'),
      this.#kept('v1', 'validatingadmissionpolicybindings'),
    );
    if (!this.#mutates) return;
    await this.#mutating.start(
      this.#kept('v1beta1', 'mutatingadmissionpolicies'),
      this.#kept('v1beta1', 'mutatingadmissionpolicybindings'),
    );
  }

  #kept(version: string, plural: string) {
    const kept = this.#source.resources.find('admissionregistration.k8s.io', version, plural);
    if (!kept) throw new Error(`there are no ${plural}`);
    return kept;
  }
}
