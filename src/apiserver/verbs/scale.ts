import { cloneJson } from '../../apimachinery/clone.ts';
import { readMetadata, textOf } from '../../apimachinery/metadata.ts';
import { conflict, internalError, invalid, methodNotAllowed } from '../../apimachinery/status.ts';
import { invalid as invalidField } from '../../apimachinery/validation/errors.ts';
import { isObject, type Json, type JsonObject, jsonEqual } from '../../base/index.ts';
import { objectNode } from '../../kinds/index.ts';
import {
  applyJsonPatch,
  applyMergePatch,
  applyStrategicMergePatch,
  checkConfiguration,
  goPlain,
  PatchError,
} from '../../merge/index.ts';
import type { Answer, Call, ClusterParts } from '../call/call.ts';
import { require } from '../call/find.ts';
import type { ServedResource } from '../storage/served-resource.ts';
import type { StoredObject } from '../storage/stored-object.ts';
import { changeObject } from '../write/change.ts';
import { checkFields } from '../write/check-fields.ts';
import { applyConfiguration } from '../write/field-managers.ts';
import { checkMeant, nameMismatch, nameUndeterminable } from '../write/place.ts';
import { type ForeignKind, readForeign } from '../write/read-foreign.ts';
import { admitBody } from '../write/run.ts';
import { checkPatchOptions, patchStatusError, readPatch, unroutableType } from './patch.ts';

const scaleVersion = 'autoscaling/v1';
const scaleKind: ForeignKind = {
  group: 'autoscaling',
  kind: 'Scale',
  apiVersions: [scaleVersion],
  type: 'autoscaling.v1.Scale',
};

/** The `scale` subresource of whatever has one: get, update, patch and apply. */
export async function scale(parts: ClusterParts, call: Call): Promise<Answer> {
  if (call.verb === 'get') {
    const object = await require(parts, call);
    checkReplicas(call, object.peek(call.resource));
    return shown(call, object.peek(call.resource));
  }
  if (call.verb !== 'update' && call.verb !== 'patch') throw methodNotAllowed();
  const body = call.verb === 'update' ? await readScale(call) : await readPatchBody(call);
  const applying = call.body.patchType === 'apply';
  const answer = await changeObject(parts, call, {
    creates: 'never',
    mayRetry: true,
    tracked: applying,
    admitted: true,
    compute: (current) => withReplicas(parts, call, { current, body }),
  });
  return shown(call, objectOf(answer));
}

/** A custom resource has replicas or none to tell of. Throws 500 as the real server does. */
function checkReplicas({ resource }: Call, object: JsonObject): void {
  const paths = resource.definition.subresources['scale']?.scalePaths;
  if (!paths || valueAt(object, members(paths.specReplicas)) !== undefined) return;
  throw internalError(`the spec replicas field ${JSON.stringify(paths.specReplicas)} does not exist`);
}

function shown({ resource }: Call, object: JsonObject): Answer {
  return { type: 'value', code: 200, value: scaleOf(resource, object), resource };
}

function objectOf(answer: Answer): JsonObject {
  if (answer.type === 'object') return answer.object.peek(answer.resource);
  if (answer.type === 'value') return answer.value;
  throw internalError('an update was not answered with an object');
}

/** The body of an update: a Scale with the name in the path. */
async function readScale(call: Call): Promise<JsonObject> {
  const body = await readForeign(call, scaleKind);
  const name = textOf(readMetadata(body)['name']);
  if (name === '') throw nameUndeterminable(call.name);
  if (name !== call.name) throw nameMismatch(name, call.name);
  return body;
}

async function readPatchBody(call: Call): Promise<Json> {
  const { patchType } = call.body;
  if (patchType === undefined) throw unroutableType();
  checkPatchOptions(call, patchType === 'apply');
  return readPatch(call, patchType);
}

/** The object with the replicas of the Scale that was asked for; admission is asked about the Scale. */
async function withReplicas(
  parts: ClusterParts,
  call: Call,
  { current, body }: { current: StoredObject | undefined; body: Json },
): Promise<JsonObject> {
  if (!current) throw internalError('a scale never creates');
  const object = current.copy(call.resource);
  const old = scaleOf(call.resource, object);
  const paths = pathsOf(call.resource);
  if (call.body.patchType === 'apply') {
    const next = applied(parts, call, { object, body });
    const asked = scaleOf(call.resource, next);
    const scaled = await admitBody(parts, call, { operation: 'UPDATE', object: cloneJson(asked), old });
    if (!jsonEqual(scaled, asked)) setPath(next, paths.specReplicas, replicasOf(scaled, call));
    return next;
  }
  const scaled = await admitBody(parts, call, {
    operation: 'UPDATE',
    // Another attempt needs what was sent as it was sent.
    object: wantedScale(call, cloneJson(old), cloneJson(body)),
    old,
    check(wanted) {
      checkMeant(call, wanted, textOf(readMetadata(object)['uid']));
      const version = textOf(readMetadata(wanted)['resourceVersion']);
      if (version !== '' && version !== '0' && version !== String(current.revision)) {
        throw conflict(call.resource.subject(call.name));
      }
      replicasOf(wanted, call);
    },
  });
  setPath(object, paths.specReplicas, replicasOf(scaled, call));
  return object;
}

function replicasOf(wanted: JsonObject, call: Call): number {
  const spec = wanted['spec'];
  const replicas = (isObject(spec) ? spec['replicas'] : undefined) ?? 0;
  if (typeof replicas === 'number' && replicas >= 0) return replicas;
  const { definition } = call.resource;
  const custom = definition.subresources['scale']?.scalePaths;
  if (custom) {
    const negative = invalidField(custom.specReplicas, replicas, 'should be a non-negative integer');
    throw invalid(definition, call.name, [negative]);
  }
  const error = invalidField('spec.replicas', replicas, 'must be greater than or equal to 0');
  throw invalid(scaleKind, call.name, [error]);
}

/** An applied Scale is an applied object with the number of replicas and nothing else. */
function applied(
  parts: ClusterParts,
  call: Call,
  { object, body }: { object: JsonObject; body: Json },
): JsonObject {
  const config = isObject(body) ? body : {};
  try {
    const schema = objectNode('autoscaling.v1.Scale');
    checkConfiguration({ config, apiVersion: scaleVersion, kind: scaleKind.kind, schema });
    const { name, namespace } = readMetadata(object);
    const { apiVersion, definition } = call.resource;
    const part: JsonObject = { apiVersion, kind: definition.kind, metadata: { name, namespace } };
    const spec = config['spec'];
    const replicas = isObject(spec) ? spec['replicas'] : undefined;
    if (replicas !== undefined && replicas !== null) {
      setPath(part, pathsOf(call.resource).specReplicas, replicasOf(config, call));
    }
    return applyConfiguration(parts, call, { live: object, config: part });
  } catch (thrown) {
    throw thrown instanceof PatchError ? patchStatusError(thrown) : thrown;
  }
}

function wantedScale(call: Call, current: JsonObject, body: Json): JsonObject {
  if (call.verb === 'update') return isObject(body) ? body : {};
  const { patchType } = call.body;
  try {
    const next =
      patchType === 'json'
        ? applyJsonPatch(current, body)
        : patchType === 'strategic'
          ? applyStrategicMergePatch(current, body, objectNode('autoscaling.v1.Scale'))
          : applyMergePatch(current, body);
    checkScale(next, call, body);
    return next;
  } catch (thrown) {
    throw thrown instanceof PatchError ? patchStatusError(thrown) : thrown;
  }
}

function checkScale(next: JsonObject, call: Call, body: Json): void {
  const isStrategic = call.body.patchType === 'strategic';
  const words = isStrategic ? 'conversion' : 'decoder';
  const { mistyped, unknown } = checkFields(next, objectNode(scaleKind.type), new Map(), words);
  const odd = unknown.toSorted().map((path) => `unknown field "${path}"`);
  const refused = call.options.fieldValidation === 'Strict' && odd.length > 0;
  const problem = mistyped ?? (refused ? `strict decoding error: ${odd.join(', ')}` : undefined);
  if (call.options.fieldValidation === 'Warn' && problem === undefined) call.warnings.push(...odd);
  if (problem === undefined) return;
  const text = isStrategic ? goPlain(body) : JSON.stringify(next);
  throw invalid({ group: '', kind: '' }, '', [invalidField('patch', text, problem)]);
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
  const replicas = valueAt(object, paths.specReplicas) ?? 0;
  const selector = selectorText(paths.labelSelector && valueAt(object, paths.labelSelector));
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: replicas === 0 ? {} : { replicas },
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
