import { cloneJson } from '../../apimachinery/clone.ts';
import { readMetadata } from '../../apimachinery/metadata.ts';
import type { JsonObject } from '../../base/index.ts';
import type { AdmissionStep } from '../call/call.ts';
import { namesClaimed } from '../crd/index.ts';

/** Definitions are established in the very write that brings them, so that nobody has to wait for it. */
export function crdStatus(registrar: { statusOf(crd: JsonObject): JsonObject }): AdmissionStep {
  return {
    name: 'crd-status',
    concerns: ['apiextensions.k8s.io/customresourcedefinitions'],
    mutate({ call, object, old, claims }) {
      if (call.subresource !== '' || !object) return;
      if (old && readMetadata(object)['deletionTimestamp'] !== undefined) return;
      object['status'] = cloneJson(registrar.statusOf(object));
      claims.push(...namesClaimed(object));
    },
  };
}
