import { isObject, type Json, type JsonObject } from '../../base/index.ts';
import { applyJsonPatch, applyMergePatch, PatchError } from '../apply/index.ts';
import type { ServedResource } from '../storage/served-resource.ts';
import type { StoredObject } from '../storage/stored-object.ts';
import { badRequest, conflict, internalError, invalid, methodNotAllowed } from '../wire/status.ts';
import type { Answer, Call, ClusterParts } from './call.ts';
import { require } from './get.ts';
import { readMetadata, textOf } from './metadata.ts';
import { patchStatusError } from './patch.ts';
import { modify } from './update.ts';

const scaleKind = { group: 'autoscaling', kind: 'Scale' };

/** The `scale` subresource of whatever has one: get, update and patch. */
export async function scale(parts: ClusterParts, call: Call): Promise<Answer> {
  if (call.verb === 'get') {
    const object = await require(parts, call);
    return value(scaleOf(call.resource, object.peek(call.resource)));
  }
  if (call.verb !== 'update' && call.verb !== 'patch') throw methodNotAllowed();
  const body = await call.body.read();
  const answer = await modify(parts, call, {
    mayCreate: false,
    mayRetry: true,
    compute: (current) => withReplicas(call, current, body),
  });
  return value(scaleOf(call.resource, objectOf(answer)));
}

function value(scaled: JsonObject): Answer {
  return { type: 'value', code: 200, value: scaled, resource: undefined };
}

function objectOf(answer: Answer): JsonObject {
  if (answer.type === 'object') return answer.object.peek(answer.resource);
  if (answer.type === 'value') return answer.value;
  throw internalError('an update was not answered with an object');
}

function withReplicas(call: Call, current: StoredObject | undefined, body: Json): JsonObject {
  if (!current) throw internalError('a scale never creates');
  const object = current.copy(call.resource);
  const wanted = wantedScale(call, scaleOf(call.resource, object), body);
  const version = textOf(readMetadata(wanted)['resourceVersion']);
  if (version !== '' && version !== '0' && version !== String(current.revision)) {
    throw conflict(call.resource.subject(call.name));
  }
  const spec = wanted['spec'];
  const replicas = (isObject(spec) ? spec['replicas'] : undefined) ?? 0;
  if (typeof replicas !== 'number' || replicas < 0) {
    const message = `Invalid value: ${JSON.stringify(replicas)}: must be greater than or equal to 0`;
    throw invalid(scaleKind, call.name, [{ reason: 'FieldValueInvalid', field: 'spec.replicas', message }]);
  }
  setPath(object, pathsOf(call.resource).specReplicas, replicas);
  return object;
}

function wantedScale(call: Call, current: JsonObject, body: Json): JsonObject {
  if (call.verb === 'update') {
    if (!isObject(body)) throw badRequest('the body of the request is not a Scale');
    return body;
  }
  try {
    return call.body.patchType === 'json' ? applyJsonPatch(current, body) : applyMergePatch(current, body);
  } catch (thrown) {
    throw thrown instanceof PatchError ? patchStatusError(thrown) : thrown;
  }
}

interface Paths {
  readonly specReplicas: readonly string[];
  readonly statusReplicas: readonly string[];
  readonly labelSelector: readonly string[] | undefined;
}

function pathsOf({ definition }: ServedResource): Paths {
  const custom = definition.subresources['scale']?.scalePaths;
  if (!custom)
    return {
      specReplicas: ['spec', 'replicas'],
      statusReplicas: ['status', 'replicas'],
      labelSelector: ['spec', 'selector'],
    };
  return {
    specReplicas: members(custom.specReplicas),
    statusReplicas: members(custom.statusReplicas),
    labelSelector: custom.labelSelector === undefined ? undefined : members(custom.labelSelector),
  };
}

function members(path: string): string[] {
  return path.split('.').filter((member) => member !== '');
}

/** The autoscaling/v1 Scale of an object. */
function scaleOf(resource: ServedResource, object: JsonObject): JsonObject {
  const paths = pathsOf(resource);
  const { name, namespace, uid, resourceVersion, creationTimestamp } = readMetadata(object);
  const selector = selectorText(paths.labelSelector && valueAt(object, paths.labelSelector));
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: valueAt(object, paths.specReplicas) ?? 0 },
    status: {
      replicas: valueAt(object, paths.statusReplicas) ?? 0,
      ...(selector === '' ? {} : { selector }),
    },
  };
}

/** A selector as text: custom resources keep it so, others as a LabelSelector or (replication controllers) a map. */
function selectorText(selector: Json | undefined): string {
  if (typeof selector === 'string') return selector;
  if (!isObject(selector)) return '';
  const expressions = Array.isArray(selector['matchExpressions']) ? selector['matchExpressions'] : [];
  const isLabelSelector = 'matchLabels' in selector || 'matchExpressions' in selector;
  const labels = isLabelSelector ? selector['matchLabels'] : selector;
  const equalities = isObject(labels)
    ? Object.entries(labels).map(([key, each]) => `${key}=${String(each)}`)
    : [];
  return [...equalities.sort(), ...expressions.filter(isObject).map(expressionText)].join(',');
}

function expressionText({ key, operator, values }: JsonObject): string {
  const list = Array.isArray(values) ? values.map(String).sort().join(',') : '';
  switch (operator) {
    case 'In':
      return `${String(key)} in (${list})`;
    case 'NotIn':
      return `${String(key)} notin (${list})`;
    case 'DoesNotExist':
      return `!${String(key)}`;
    default:
      return String(key);
  }
}

function valueAt(object: JsonObject, path: readonly string[]): Json | undefined {
  let value: Json | undefined = object;
  for (const member of path) value = isObject(value) ? value[member] : undefined;
  return value;
}

function setPath(object: JsonObject, path: readonly string[], value: Json): void {
  let at = object;
  for (const member of path.slice(0, -1)) {
    const next = at[member];
    const inner: JsonObject = isObject(next) ? next : {};
    at[member] = inner;
    at = inner;
  }
  const last = path.at(-1);
  if (last !== undefined) at[last] = value;
}
