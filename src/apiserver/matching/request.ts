import { toldName, type Write } from '../../apimachinery/admission.ts';
import type { UserInfo } from '../../apimachinery/contract.ts';
import type { JsonObject } from '../../base/index.ts';
import type { MatchedResource } from './rules.ts';

/** What a webhook is asked, without the objects: as match conditions see it too. */
export function requestOf(write: Write, { definition, kind }: MatchedResource): JsonObject {
  const { subresource } = write;
  const [namespace, name] = [namespaceOf(write), toldName(write)];
  return {
    kind: { group: kind.group, version: kind.version, kind: kind.kind },
    resource: resourceOf(definition),
    ...(subresource === '' ? {} : { subResource: subresource }),
    requestKind: { ...write.kind },
    requestResource: resourceOf(write.definition),
    ...(subresource === '' ? {} : { requestSubResource: subresource }),
    ...(name === '' ? {} : { name }),
    ...(namespace === '' ? {} : { namespace }),
    operation: write.operation,
    userInfo: userOf(write.user),
    dryRun: write.options.dryRun,
    options: optionsOf(write),
  };
}

/** A namespace lies in itself. */
export function namespaceOf({ definition, namespace, name }: Write): string {
  if (isNamespaces(definition)) return name;
  return definition.namespaced ? namespace : '';
}

export function isNamespaces({ group, resource }: Write['definition']): boolean {
  return group === '' && resource === 'namespaces';
}

function resourceOf({ group, version, resource }: MatchedResource['definition']): JsonObject {
  return { group, version, resource };
}

function userOf({ username, uid, groups, extra }: UserInfo): JsonObject {
  const extras = Object.entries(extra).map(([key, values]): [string, string[]] => [key, [...values]]);
  return {
    ...(username === '' ? {} : { username }),
    ...(uid === '' ? {} : { uid }),
    ...(groups.length === 0 ? {} : { groups: [...groups] }),
    ...(extras.length === 0 ? {} : { extra: Object.fromEntries(extras) }),
  };
}

const kinds = { CREATE: 'CreateOptions', UPDATE: 'UpdateOptions', DELETE: 'DeleteOptions' } as const;

function optionsOf({ operation, options }: Write): JsonObject | null {
  if (operation === 'CONNECT') return null;
  const type = { kind: kinds[operation], apiVersion: 'meta.k8s.io/v1' };
  const dryRun = options.dryRun ? { dryRun: ['All'] } : {};
  if (operation !== 'DELETE') {
    const { fieldManager, fieldValidation } = options;
    return {
      ...type,
      ...dryRun,
      ...(fieldManager === '' ? {} : { fieldManager }),
      ...(fieldValidation === 'Warn' ? {} : { fieldValidation }),
    };
  }
  const { gracePeriodSeconds, propagationPolicy, orphanDependents, uid, resourceVersion } = options.deletion;
  const preconditions = {
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
  return {
    ...type,
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    ...(Object.keys(preconditions).length === 0 ? {} : { preconditions }),
    ...(orphanDependents === undefined ? {} : { orphanDependents }),
    ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
    ...dryRun,
  };
}
