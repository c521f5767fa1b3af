import type { NewCondition } from '../../apimachinery/conditions.ts';
import type { FieldError } from '../../apimachinery/contract.ts';
import { required } from '../../apimachinery/validation/errors.ts';
import { invalid } from '../../apimachinery/validation/field-errors.ts';
import { isObject, type JsonObject } from '../../base/index.ts';
import { textOf } from '../../schema/structural-node.ts';

/** Groups of the Kubernetes community want a link to the review of their API, or to be told that there was none. */

const annotation = 'api-approved.kubernetes.io';
const policy = 'see https://github.com/kubernetes/enhancements/pull/1111';
const protectedDomains = ['k8s.io', 'kubernetes.io'];

const reasons = {
  missing: `protected groups must have approval annotation "${annotation}", ${policy}`,
  invalid: `protected groups must have approval annotation "${annotation}" with either a URL or a reason starting with "unapproved", ${policy}`,
} as const;

/** Field errors of a definition of a protected group; what was let in once stays as it is. */
export function validateApproval(crd: JsonObject, old: JsonObject | undefined): FieldError[] {
  if (!isProtected(crd)) return [];
  const given = approvalOf(crd);
  const state = stateOf(given);
  if (old && state === stateOf(approvalOf(old))) return [];
  const field = `metadata.annotations[${annotation}]`;
  if (state === 'missing') return [required(field, reasons.missing)];
  return state === 'invalid' ? [invalid(field, given, reasons.invalid)] : [];
}

/** What the status of a definition says of it; undefined for groups that need no approval. */
export function approvalCondition(crd: JsonObject): NewCondition | undefined {
  if (!isProtected(crd)) return undefined;
  const type = 'KubernetesAPIApprovalPolicyConformant';
  const given = approvalOf(crd);
  switch (stateOf(given)) {
    case 'missing':
      return { type, status: 'False', reason: 'MissingAnnotation', message: reasons.missing };
    case 'invalid':
      return { type, status: 'False', reason: 'InvalidAnnotation', message: reasons.invalid };
    case 'unapproved': {
      const message = `not approved: ${JSON.stringify(given)}`;
      return { type, status: 'False', reason: 'UnapprovedAnnotation', message };
    }
    case 'approved':
      return { type, status: 'True', reason: 'ApprovedAnnotation', message: `approved in ${given}` };
  }
}

function isProtected(crd: JsonObject): boolean {
  const group = isObject(crd.spec) ? textOf(crd.spec.group) : '';
  return protectedDomains.some((domain) => group === domain || group.endsWith(`.${domain}`));
}

function approvalOf(crd: JsonObject): string {
  const metadata = isObject(crd.metadata) ? crd.metadata : {};
  return isObject(metadata.annotations) ? textOf(metadata.annotations[annotation]) : '';
}

function stateOf(given: string): 'missing' | 'unapproved' | 'approved' | 'invalid' {
  if (given === '') return 'missing';
  if (given.startsWith('unapproved')) return 'unapproved';
  return URL.canParse(given) ? 'approved' : 'invalid';
}
