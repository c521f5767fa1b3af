import type { KubeObject } from '../../apimachinery/client.ts';
import { isObject, type Json, type JsonObject, jsonEqual } from '../../base/index.ts';

/** One place at which the hub's and the member's object differ. A missing value means that it is not there. */
export interface Difference extends JsonObject {
  path: string;
  valueInHub?: string;
  valueInMember?: string;
}

const mostDifferences = 100;
const leftOutMetadata = new Set([
  'name',
  'namespace',
  'generateName',
  'finalizers',
  'managedFields',
  'ownerReferences',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'creationTimestamp',
  'generation',
  'resourceVersion',
  'selfLink',
  'uid',
]);
const systemKey = /kubernetes\.io\/|k8s\.io\/|kubernetes-fleet\.io\//;

/** Where `hub` and `member` differ, apart from what servers and controllers set themselves. */
export function differencesOf(hub: KubeObject, member: KubeObject): Difference[] {
  const found: Difference[] = [];
  compare(comparable(hub), comparable(member), { path: '', found });
  const isSecret = member.kind === 'Secret' && member.apiVersion === 'v1';
  return found.slice(0, mostDifferences).map((difference) => (isSecret ? redact(difference) : difference));
}

function comparable(object: KubeObject): JsonObject {
  const { status: _, ...rest } = object;
  const metadata: JsonObject = {};
  for (const [field, value] of Object.entries(object.metadata)) {
    if (leftOutMetadata.has(field)) continue;
    metadata[field] = field === 'labels' || field === 'annotations' ? withoutSystemKeys(value) : value;
  }
  return { ...rest, metadata };
}

function withoutSystemKeys(map: Json | undefined): JsonObject | undefined {
  if (!isObject(map)) return undefined;
  const own = Object.entries(map).filter(([key]) => !systemKey.test(key));
  return own.length > 0 ? Object.fromEntries(own) : undefined;
}

interface At {
  readonly path: string;
  readonly found: Difference[];
}

function compare(hub: Json | undefined, member: Json | undefined, at: At): void {
  if (jsonEqual(hub, member)) return;
  if (isObject(hub) && isObject(member)) {
    for (const key of new Set([...Object.keys(hub), ...Object.keys(member)])) {
      compare(hub[key], member[key], { ...at, path: `${at.path}/${pointerPart(key)}` });
    }
    return;
  }
  if (Array.isArray(hub) && Array.isArray(member)) {
    for (let i = 0; i < Math.max(hub.length, member.length); i++) {
      compare(hub[i], member[i], { ...at, path: `${at.path}/${i}` });
    }
    return;
  }
  at.found.push({
    path: at.path,
    ...(hub === undefined ? {} : { valueInHub: print(hub) }),
    ...(member === undefined ? {} : { valueInMember: print(member) }),
  });
}

/** As in a JSON pointer. */
function pointerPart(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

function print(value: Json): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function redact(difference: Difference): Difference {
  if (!/^\/(data|stringData)(\/|$)/.test(difference.path)) return difference;
  const hidden = '(redacted for security reasons)';
  return {
    path: difference.path,
    ...(difference.valueInHub === undefined ? {} : { valueInHub: hidden }),
    ...(difference.valueInMember === undefined ? {} : { valueInMember: hidden }),
  };
}
