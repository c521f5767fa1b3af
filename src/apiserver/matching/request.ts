import type { Write } from '../../apimachinery/admission.ts';
import type { ResourceDefinition } from '../../apimachinery/contract.ts';
import type { JsonObject } from '../../base/index.ts';
import { kindOf, type MatchedResource } from './rules.ts';
import { namespaceOf } from './selectors.ts';

/** An `AdmissionRequest` without its objects, as webhooks are told of a write and expressions see it as `request`. */
export function admissionRequest(write: Write, asked: MatchedResource): JsonObject {
  const { definition, subresource, operation, user, options } = write;
  const { username, uid, groups, extra } = user;
  const namespace = namespaceOf(write);
  return {
    kind: { ...asked.kind },
    resource: resourceOf(asked.definition),
    ...(subresource === '' ? {} : { subResource: subresource }),
    requestKind: { ...kindOf({ definition, subresource }) },
    requestResource: resourceOf(definition),
    ...(subresource === '' ? {} : { requestSubResource: subresource }),
    ...(write.name === '' ? {} : { name: write.name }),
    ...(namespace === '' ? {} : { namespace }),
    operation,
    userInfo: {
      ...(username === '' ? {} : { username }),
      ...(uid === '' ? {} : { uid }),
      ...(groups.length === 0 ? {} : { groups: [...groups] }),
      ...(Object.keys(extra).length === 0
        ? {}
        : { extra: Object.fromEntries(Object.entries(extra).map(([key, values]) => [key, [...values]])) }),
    },
    dryRun: options.dryRun,
    options: optionsOf(write),
  };
}

function resourceOf({ group, version, resource }: ResourceDefinition): JsonObject {
  return { group, version, resource };
}

const optionKinds = { CREATE: 'CreateOptions', UPDATE: 'UpdateOptions', DELETE: 'DeleteOptions' } as const;

/** What the caller said besides the object, as `meta.k8s.io/v1` has it. */
function optionsOf({ operation, options }: Write): JsonObject | null {
  if (operation === 'CONNECT') return null;
  const { dryRun, fieldManager, fieldValidation, deletion } = options;
  const head = {
    kind: optionKinds[operation],
    apiVersion: 'meta.k8s.io/v1',
    ...(dryRun ? { dryRun: ['All'] } : {}),
  };
  if (operation !== 'DELETE') {
    return {
      ...head,
      ...(fieldManager === '' ? {} : { fieldManager }),
      // What everybody gets who asks for nothing is not told.
      ...(fieldValidation === 'Warn' ? {} : { fieldValidation }),
    };
  }
  const { gracePeriodSeconds, propagationPolicy, orphanDependents, uid, resourceVersion } = deletion;
  const preconditions = {
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
  return {
    ...head,
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
    ...(orphanDependents === undefined ? {} : { orphanDependents }),
    ...(Object.keys(preconditions).length === 0 ? {} : { preconditions }),
  };
}
