import { textOf } from '../../apimachinery/metadata.ts';
import { forbidden } from '../../apimachinery/status.ts';
import { isObject, type Json, type JsonObject, jsonEqual } from '../../base/index.ts';
import type { AdmissionRequest, AdmissionStep } from '../call/call.ts';
import { objectKey } from '../storage/keys.ts';
import { newPodSpec } from './pods.ts';

/** Pods get what their runtime class says of overhead and of the nodes that have it. */
export const runtimeClasses: AdmissionStep = {
  name: 'runtime-classes',
  concerns: ['core/pods'],
  mutate(request) {
    const spec = newPodSpec(request);
    if (!spec || (spec['runtimeClassName'] === undefined && spec['overhead'] === undefined)) return;
    return takeOverhead(request, spec);
  },
};

async function takeOverhead(request: AdmissionRequest, spec: JsonObject): Promise<void> {
  const refuse = (why: string) => forbidden(request.call.resource.subject(request.name), why);
  const name = textOf(spec['runtimeClassName']);
  const runtimeClass = name === '' ? undefined : await find(request, name);
  if (name !== '' && !runtimeClass) throw refuse(`pod rejected: RuntimeClass "${name}" not found`);
  const overhead = isObject(runtimeClass?.['overhead']) ? runtimeClass['overhead']['podFixed'] : undefined;
  if (overhead === undefined) {
    if (!isObject(spec['overhead']) || Object.keys(spec['overhead']).length === 0) return;
    throw refuse('pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead');
  }
  if (spec['overhead'] !== undefined && !jsonEqual(spec['overhead'], overhead)) {
    throw refuse("pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
  }
  spec['overhead'] = structuredClone(overhead);
}

/** The nodes that a runtime class chooses, and what it tolerates there. */
export const runtimeScheduling: AdmissionStep = {
  name: 'runtime-scheduling',
  concerns: ['core/pods'],
  mutate(request) {
    const spec = newPodSpec(request);
    const name = spec ? textOf(spec['runtimeClassName']) : '';
    return spec && name !== '' ? takeScheduling(request, spec, name) : undefined;
  },
};

async function takeScheduling(request: AdmissionRequest, spec: JsonObject, name: string): Promise<void> {
  const scheduling = (await find(request, name))?.['scheduling'];
  if (!isObject(scheduling)) return;
  const { nodeSelector, tolerations } = scheduling;
  const wanted = isObject(spec['nodeSelector']) ? spec['nodeSelector'] : {};
  for (const [key, value] of Object.entries(isObject(nodeSelector) ? nodeSelector : {})) {
    if (!Object.hasOwn(wanted, key) || wanted[key] === value) continue;
    const of = (text: string, shown: Json | undefined) => `${text}.nodeSelector[${key}] = ${String(shown)}`;
    const why = `conflict: ${of('runtimeClass.scheduling', value)}; ${of('pod.spec', wanted[key])}`;
    throw forbidden(request.call.resource.subject(request.name), why);
  }
  if (isObject(nodeSelector)) spec['nodeSelector'] = { ...wanted, ...nodeSelector };
  spec['tolerations'] = merged([...objectsOf(spec['tolerations']), ...objectsOf(tolerations)]);
}

async function find({ parts }: AdmissionRequest, name: string): Promise<JsonObject | undefined> {
  const served = parts.resources.find('node.k8s.io', 'v1', 'runtimeclasses');
  if (!served) return undefined;
  return (await parts.storage.collection(served)).get(objectKey('', name))?.decoded(served);
}

function objectsOf(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** Without those that another one covers; of equal ones the first stays. */
function merged(all: readonly JsonObject[]): JsonObject[] {
  const kept: JsonObject[] = [];
  for (const [at, toleration] of all.entries()) {
    const isCovered =
      kept.some((other) => covers(other, toleration)) ||
      all.slice(at + 1).some((other) => !jsonEqual(other, toleration) && covers(other, toleration));
    if (!isCovered) kept.push(structuredClone(toleration));
  }
  return kept;
}

function covers(wide: JsonObject, narrow: JsonObject): boolean {
  if (jsonEqual(wide, narrow)) return true;
  const of = (toleration: JsonObject, member: string) => textOf(toleration[member]);
  const isAny = of(wide, 'key') === '' && of(wide, 'operator') === 'Exists';
  if (of(wide, 'key') !== of(narrow, 'key') && !isAny) return false;
  if (of(wide, 'effect') !== '' && of(wide, 'effect') !== of(narrow, 'effect')) return false;
  const seconds = wide['tolerationSeconds'];
  if (of(wide, 'effect') === 'NoExecute' && typeof seconds === 'number') {
    const own = narrow['tolerationSeconds'];
    if (typeof own !== 'number' || own > seconds) return false;
  }
  if (of(wide, 'operator') === 'Exists') return true;
  return of(narrow, 'operator') === 'Equal' && of(narrow, 'value') === of(wide, 'value');
}
