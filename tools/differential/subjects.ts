import { isObject, type JsonObject } from '../../src/base/index.ts';
import { builtinResources } from '../../src/kinds/index.ts';
import { type Specimen, specimens } from '../../test/apiserver/every-kind.ts';
import { type Ask, objectOf } from './ask.ts';
import type { Comparison } from './comparison.ts';
import { customKinds } from './custom-kinds.ts';
import type { SchemaSource } from './schema.ts';

/** A kind to ask about, and a small valid object of it. */
export interface Subject {
  readonly resource: string;
  readonly kind: string;
  readonly apiVersion: string;
  readonly namespaced: boolean;
  /** Without a name and a namespace of its own, unless the kind wants a certain name. */
  readonly object: JsonObject;
  readonly change: JsonObject;
  readonly custom: boolean;
  readonly schema: SchemaSource;
  /** `/apis/apps/v1`. */
  readonly root: string;
  /** Objects of this kind act on the whole server: what is drawn by chance is not kept. */
  readonly acts: boolean;
  readonly ownName: string | undefined;
  readonly subresources: readonly string[];
}

const acting = [
  'mutatingwebhookconfigurations',
  'validatingwebhookconfigurations',
  'validatingadmissionpolicies',
  'validatingadmissionpolicybindings',
  'customresourcedefinitions',
  'apiservices',
  'flowschemas',
  'prioritylevelconfigurations',
  'namespaces',
  'nodes',
  'priorityclasses',
  'storageclasses',
  'ingressclasses',
  'runtimeclasses',
  'clusterroles',
  'clusterrolebindings',
  'servicecidrs',
];

/** Made before all others, on both servers. */
export async function prepareSubjects(comparison: Comparison): Promise<Subject[]> {
  const { real } = await comparison.quietly({ method: 'GET', path: '/openapi/v2' });
  const definitions = objectOf(real)['definitions'];
  const known = isObject(definitions) ? definitions : {};
  const builtIn = specimens.map((specimen) =>
    subjectOf(specimen, { definitions: known, root: typeIn(known, specimen) }),
  );
  for (const { definition } of customKinds) {
    const { real } = await comparison.ask('definitions', {
      method: 'POST',
      path: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
      body: definition,
    });
    if (real.status !== 201)
      throw new Error(`the real server refuses a definition: ${real.bytes.toString('utf8')}`);
  }
  for (const { probe } of customKinds) await served(comparison, { method: 'GET', path: probe });
  const custom = customKinds.flatMap((kind) =>
    kind.specimens.map(({ specimen, schema }) => ({
      ...subjectOf(specimen, { definitions: {}, root: schema }),
      custom: true,
    })),
  );
  return [...olderVersions(builtIn, known), ...custom];
}

function subjectOf(specimen: Specimen, schema: SchemaSource): Subject {
  const apiVersion = String(specimen.object['apiVersion']);
  const metadata = isObject(specimen.object['metadata']) ? specimen.object['metadata'] : {};
  const name = String(metadata['name']);
  return {
    ...specimen,
    kind: String(specimen.object['kind']),
    apiVersion,
    custom: false,
    schema,
    root: apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`,
    acts: acting.includes(specimen.resource),
    subresources: subresourcesOf(specimen),
    ownName: name.startsWith('specimen') && !name.includes('.') ? undefined : name,
  };
}

function subresourcesOf({ object, resource }: Specimen): string[] {
  const definition = builtinResources().find(
    ({ group, version, resource: other }) =>
      other === resource && (group === '' ? version : `${group}/${version}`) === object['apiVersion'],
  );
  return Object.keys(definition?.subresources ?? { status: true, scale: true });
}

/** Kinds that are served in a second version too. */
function olderVersions(subjects: readonly Subject[], definitions: JsonObject): Subject[] {
  const autoscaler = subjects.find(({ resource }) => resource === 'horizontalpodautoscalers');
  if (!autoscaler) return [...subjects];
  const spec = isObject(autoscaler.object['spec']) ? autoscaler.object['spec'] : {};
  const { metrics: _newer, ...kept } = spec;
  const object = {
    ...autoscaler.object,
    apiVersion: 'autoscaling/v1',
    spec: { ...kept, targetCPUUtilizationPercentage: 50 },
  };
  const specimen = { ...autoscaler, object };
  return [...subjects, subjectOf(specimen, { definitions, root: typeIn(definitions, specimen) })];
}

function typeIn(definitions: JsonObject, { object }: Specimen): JsonObject {
  const [version = '', group = ''] = String(object['apiVersion']).split('/').reverse();
  const found = Object.values(definitions).find((definition) => {
    const kinds = isObject(definition) ? definition['x-kubernetes-group-version-kind'] : undefined;
    if (!Array.isArray(kinds)) return false;
    return kinds.some(
      (each) =>
        isObject(each) &&
        each['group'] === group &&
        each['version'] === version &&
        each['kind'] === object['kind'],
    );
  });
  return isObject(found) ? found : {};
}

const mostTries = 200;

async function served(comparison: Comparison, ask: Ask): Promise<void> {
  for (let tries = 0; tries < mostTries; tries++) {
    const { real, ours } = await comparison.quietly(ask);
    if (real.status === 200 && ours.status === 200) return;
    await new Promise((next) => setTimeout(next, 50));
  }
  throw new Error(`${ask.path} is not served by both`);
}

/** Where the objects of a subject are in a namespace. */
export function collectionOf({ root, resource, namespaced }: Subject, namespace: string): string {
  return namespaced ? `${root}/namespaces/${namespace}/${resource}` : `${root}/${resource}`;
}

/** An object of the subject, fresh, by this name and in this namespace. */
export function objectNamed({ object }: Subject, name: string, namespace: string): JsonObject {
  const text = JSON.stringify(object).replaceAll('{ns}', namespace);
  // A copy of a JSON object is one.
  const copy = JSON.parse(text) as JsonObject;
  const metadata = isObject(copy['metadata']) ? copy['metadata'] : {};
  return { ...copy, metadata: { ...metadata, name } };
}
