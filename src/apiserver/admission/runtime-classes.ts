import {
  type AdmissionStep,
  type ClusterView,
  refused,
  type Write,
  writesOf,
} from '../../apimachinery/admission.ts';
import { cloneJson } from '../../apimachinery/clone.ts';
import { textOf } from '../../apimachinery/metadata.ts';
import { objectsAt } from '../../apimachinery/read.ts';
import { isObject, type Json, type JsonObject, jsonEqual } from '../../base/index.ts';
import { podSpecOf } from './pods.ts';

/** Pods get what their runtime class says of overhead and of the nodes that have it, and what it tolerates there. */
export const runtimeClasses: AdmissionStep = {
  name: 'RuntimeClass',
  concerns: writesOf(['/pods'], 'CREATE'),
  async mutate(write, cluster) {
    const spec = podSpecOf(write);
    if (!spec || (spec['runtimeClassName'] === undefined && spec['overhead'] === undefined)) return;
    const runtimeClass = await find(write, cluster, textOf(spec['runtimeClassName']));
    takeOverhead(write, spec, runtimeClass);
    takeScheduling(write, spec, runtimeClass);
  },
};

/** Undefined for no name. Throws 403 for one that nobody has. */
async function find(write: Write, cluster: ClusterView, name: string): Promise<JsonObject | undefined> {
  if (name === '') return undefined;
  const found = await cluster.find({ group: 'node.k8s.io', resource: 'runtimeclasses', namespace: '' }, name);
  if (!found) throw refused(write, `pod rejected: RuntimeClass "${name}" not found`);
  return found;
}

function takeOverhead(write: Write, spec: JsonObject, runtimeClass: JsonObject | undefined): void {
  const overhead = isObject(runtimeClass?.['overhead']) ? runtimeClass['overhead']['podFixed'] : undefined;
  if (overhead === undefined) {
    if (!isObject(spec['overhead']) || Object.keys(spec['overhead']).length === 0) return;
    throw refused(
      write,
      'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead',
    );
  }
  if (spec['overhead'] !== undefined && !jsonEqual(spec['overhead'], overhead)) {
    throw refused(write, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
  }
  spec['overhead'] = cloneJson(overhead);
}

function takeScheduling(write: Write, spec: JsonObject, runtimeClass: JsonObject | undefined): void {
  const scheduling = runtimeClass?.['scheduling'];
  if (!isObject(scheduling)) return;
  const { nodeSelector } = scheduling;
  const wanted = isObject(spec['nodeSelector']) ? spec['nodeSelector'] : {};
  for (const [key, value] of Object.entries(isObject(nodeSelector) ? nodeSelector : {})) {
    if (!Object.hasOwn(wanted, key) || wanted[key] === value) continue;
    const of = (text: string, shown: Json | undefined) => `${text}.nodeSelector[${key}] = ${String(shown)}`;
    const why = `conflict: ${of('runtimeClass.scheduling', value)}; ${of('pod.spec', wanted[key])}`;
    throw refused(write, why);
  }
  if (isObject(nodeSelector)) spec['nodeSelector'] = { ...wanted, ...nodeSelector };
  spec['tolerations'] = merged([...objectsAt(spec, 'tolerations'), ...objectsAt(scheduling, 'tolerations')]);
}

/** Without those that another one covers; of equal ones the first stays. */
function merged(all: readonly JsonObject[]): JsonObject[] {
  const kept: JsonObject[] = [];
  for (const [at, toleration] of all.entries()) {
    const isCovered =
      kept.some((other) => covers(other, toleration)) ||
      all.slice(at + 1).some((other) => !jsonEqual(other, toleration) && covers(other, toleration));
    if (!isCovered) kept.push(cloneJson(toleration));
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
