import type { AdmissionStep } from '../../apimachinery/admission.ts';
import type { Convert } from '../matching/versions.ts';
import type { ParamSource } from './params.ts';
import { PolicySource } from './source.ts';
import { validatingPolicies } from './validating.ts';
import { validatingPolicyOf } from './validating-policy.ts';

/** What ValidatingAdmissionPolicies and their bindings say of writes. */
export class AdmissionPolicies {
  readonly validating: AdmissionStep;
  readonly #source: ParamSource;
  readonly #validating;

  constructor(source: ParamSource, convert: Convert) {
    this.#source = source;
    this.#validating = new PolicySource(source, validatingPolicyOf);
    this.validating = validatingPolicies(this.#validating, { source, convert });
  }

  /** Until then none is followed: what a new cluster needs comes first. */
  async start(): Promise<void> {
    await this.#validating.start(
      this.#served('validatingadmissionpolicies'),
      this.#served('validatingadmissionpolicybindings'),
    );
  }

  #served(plural: string) {
    const served = this.#source.resources.find('admissionregistration.k8s.io', 'v1', plural);
    if (!served) throw new Error(`${plural} are not served`);
    return served;
  }
}
