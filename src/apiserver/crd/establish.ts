import { conditionsWith, holds, type NewCondition } from '../../apimachinery/conditions.ts';
import { aggregated } from '../../apimachinery/validation/go-text.ts';
import { isObject, type JsonObject, jsonEqual } from '../../base/index.ts';
import { textOf, textsOf } from '../../schema/structural-node.ts';
import { approvalCondition } from './approval.ts';

/**
 * The status of a CustomResourceDefinition: which of its names are accepted beside those of `others` (the cluster's
 * other definitions), and whether it is established. Answers the very same status when nothing changes.
 */
export function establish(crd: JsonObject, others: Iterable<JsonObject>, nowMs: number): JsonObject {
  const spec = isObject(crd.spec) ? crd.spec : {};
  const old = isObject(crd.status) ? crd.status : {};
  const requested = isObject(spec.names) ? spec.names : {};
  const used = usedNames(textOf(spec.group), textOf(nameOf(crd)), others);
  const { acceptedNames, conflict } = acceptNames(
    requested,
    isObject(old.acceptedNames) ? old.acceptedNames : {},
    used,
  );
  const namesAccepted: NewCondition = conflict
    ? { type: 'NamesAccepted', status: 'False', ...conflict }
    : { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' };
  const established: NewCondition = {
    type: 'Established',
    ...(isEstablished(crd) || !conflict
      ? { status: 'True', reason: 'InitialNamesAccepted', message: 'the initial names have been accepted' }
      : { status: 'False', reason: 'NotAccepted', message: 'not all names are accepted' }),
  };
  const approval = approvalCondition(crd);
  let conditions = conditionsWith(old, namesAccepted, nowMs);
  conditions = conditionsWith({ conditions }, established, nowMs);
  if (approval) conditions = conditionsWith({ conditions }, approval, nowMs);
  const status: JsonObject = { ...old, acceptedNames, conditions };
  return isObject(crd.status) && jsonEqual(status, crd.status) ? crd.status : status;
}

/** The status of a definition whose instances are being deleted, which may take as long as their finalizers. */
export function terminating(crd: JsonObject, nowMs: number): JsonObject {
  const status = isObject(crd.status) ? crd.status : {};
  const condition = {
    type: 'Terminating',
    status: 'True',
    reason: 'InstanceDeletionInProgress',
    message: 'CustomResource deletion is in progress',
  } as const;
  return { ...status, conditions: conditionsWith(status, condition, nowMs) };
}

/** True when a CustomResourceDefinition's resources are to be served. */
export function isEstablished(crd: JsonObject): boolean {
  return holds(crd, 'Established');
}

function nameOf(crd: JsonObject): string {
  return isObject(crd.metadata) ? textOf(crd.metadata.name) : '';
}

/** The names that a definition asks for, as facts: whether it has them is decided with all others of its group. */
export function namesClaimed(crd: JsonObject): string[] {
  const spec = isObject(crd.spec) ? crd.spec : {};
  const names = isObject(spec.names) ? spec.names : {};
  const group = textOf(spec.group);
  const resources = [textOf(names.plural), textOf(names.singular), ...textsOf(names.shortNames)];
  const kinds = [textOf(names.kind), textOf(names.listKind)];
  return [
    ...resources.map((name) => `resource ${name} of ${group}`),
    ...kinds.map((name) => `kind ${name} of ${group}`),
  ];
}

interface UsedNames {
  readonly resources: Set<string>;
  readonly kinds: Set<string>;
}

function usedNames(group: string, name: string, others: Iterable<JsonObject>): UsedNames {
  const used: UsedNames = { resources: new Set(), kinds: new Set() };
  for (const other of others) {
    const spec = isObject(other.spec) ? other.spec : {};
    const status = isObject(other.status) ? other.status : {};
    const names = isObject(status.acceptedNames) ? status.acceptedNames : {};
    if (textOf(spec.group) !== group || nameOf(other) === name) continue;
    for (const text of [textOf(names.plural), textOf(names.singular), ...textsOf(names.shortNames)]) {
      used.resources.add(text);
    }
    for (const text of [textOf(names.kind), textOf(names.listKind)]) used.kinds.add(text);
  }
  return used;
}

function acceptNames(
  requested: JsonObject,
  accepted: JsonObject,
  used: UsedNames,
): { acceptedNames: JsonObject; conflict: { reason: string; message: string } | undefined } {
  const names: JsonObject = { plural: '', kind: '', ...accepted };
  let conflict: { reason: string; message: string } | undefined;
  const claim = (name: 'plural' | 'singular' | 'kind' | 'listKind', taken: Set<string>) => {
    const wanted = textOf(requested[name]);
    if (wanted === textOf(accepted[name]) || !taken.has(wanted)) {
      if (wanted !== '') names[name] = wanted;
    } else {
      const reason = `${name.charAt(0).toUpperCase()}${name.slice(1)}Conflict`;
      conflict = { reason, message: `${JSON.stringify(wanted)} is already in use` };
    }
  };
  claim('plural', used.resources);
  claim('singular', used.resources);
  const mine = textsOf(accepted.shortNames);
  const taken = textsOf(requested.shortNames).filter(
    (name) => !mine.includes(name) && used.resources.has(name),
  );
  if (taken.length === 0) copyList(requested, names, 'shortNames');
  else {
    const texts = taken.map((name) => `${JSON.stringify(name)} is already in use`);
    conflict = { reason: 'ShortNamesConflict', message: aggregated(texts) };
  }
  claim('kind', used.kinds);
  claim('listKind', used.kinds);
  copyList(requested, names, 'categories');
  return { acceptedNames: names, conflict };
}

function copyList(from: JsonObject, to: JsonObject, name: string): void {
  const list = textsOf(from[name]);
  if (list.length > 0) to[name] = [...list];
  else delete to[name];
}
