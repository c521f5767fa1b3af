import type { KubeObject } from '../../apimachinery/client.ts';
import { defineKind } from '../../apimachinery/kinds.ts';

/** Of what a policy asks only the API server needs to know more. */
export interface ValidatingAdmissionPolicy extends KubeObject {
  status?: {
    observedGeneration?: number;
    typeChecking?: { expressionWarnings?: { fieldRef: string; warning: string }[] };
  };
}

export const validatingAdmissionPolicies = defineKind<ValidatingAdmissionPolicy>(
  'admissionregistration.k8s.io/v1',
  'ValidatingAdmissionPolicy',
  'validatingadmissionpolicies',
  'Cluster',
);
