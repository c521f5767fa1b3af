import { type AdmissionStep, writesOf } from '../../apimachinery/admission.ts';
import { cloneJson } from '../../apimachinery/clone.ts';
import { readMetadata } from '../../apimachinery/metadata.ts';
import type { JsonObject } from '../../base/index.ts';
import { namesClaimed } from '../crd/index.ts';

/** Definitions are established in the very write that brings them, so that nobody has to wait for it. */
export function crdStatus(registrar: { statusOf(crd: JsonObject): JsonObject }): AdmissionStep {
  return {
    name: 'crd-status',
    concerns: writesOf(['apiextensions.k8s.io/customresourcedefinitions'], 'CREATE', 'UPDATE'),
    // What names are accepted depends on all other definitions.
    alone: true,
    complete({ object, old, claims }) {
      if (!object) return;
      if (old && readMetadata(object)['deletionTimestamp'] !== undefined) return;
      object['status'] = cloneJson(registrar.statusOf(object));
      claims.push(...namesClaimed(object));
    },
  };
}
