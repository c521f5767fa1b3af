import { isObject, type Json, type JsonObject } from '../../src/base/index.ts';
import type { Ask } from './ask.ts';
import { chanceOf } from './chance.ts';
import type { Comparison } from './comparison.ts';
import { patchTypes } from './lives.ts';
import { validValue, wrongValue } from './schema.ts';
import { collectionOf, objectNamed, type Subject } from './subjects.ts';

/** Inputs that a server has to refuse, or to take with a warning. */
export async function compareWrong(
  comparison: Comparison,
  subject: Subject,
  { namespace, seed, thorough }: { namespace: string; seed: string; thorough: boolean },
): Promise<void> {
  await comparison.quietly({
    method: 'POST',
    path: '/api/v1/namespaces',
    body: { metadata: { name: namespace } },
  });
  const asks = [
    ...wrongObjects(subject, namespace),
    ...wrongFields(subject, namespace, seed),
    // How texts and queries are read is the same for all kinds.
    ...(thorough ? [...wrongTexts(subject, namespace), ...wrongQueries(subject, namespace)] : []),
  ];
  for (const ask of asks) await comparison.ask('wrong', ask);
}

function wrongObjects(subject: Subject, namespace: string): Ask[] {
  const object = objectNamed(subject, subject.ownName ?? 'wrong', namespace);
  const metadata = isObject(object['metadata']) ? object['metadata'] : {};
  const post = (body: Json, query = ''): Ask => ({
    method: 'POST',
    path: `${collectionOf(subject, namespace)}?dryRun=All${query}`,
    body,
  });
  const meta = (change: JsonObject): Ask => post({ ...object, metadata: { ...metadata, ...change } });
  const owner = { apiVersion: 'v1', kind: 'Pod', name: 'o', uid: 'u' };
  return [
    ...[
      'Upper',
      'a'.repeat(254),
      'a/b',
      '',
      'a_b',
      '-a',
      'a..b',
      '1',
      'é',
      '.',
      '..',
      'a%b',
      'a'.repeat(64),
    ].map((name) => meta({ name })),
    ...['Upper-', 'a/b-', '-'].map((generateName) => post({ ...object, metadata: { generateName } })),
    post({ ...object, metadata: {} }),
    post({ ...object, metadata: null }),
    post({ ...object, metadata: 'x' }),
    meta({ namespace: 'another' }),
    meta({ labels: { 'a b': 'c', 'x/y/z': 'd', ok: 'not ok!' } }),
    meta({ labels: { a: 1 } }),
    meta({ annotations: { 'A/': 'b', ['a'.repeat(64)]: 'c' } }),
    meta({ annotations: { big: 'x'.repeat(262145) } }),
    meta({ finalizers: ['short', 'example.com/ok', 'foregroundDeletion', 'orphan', 'bad name/x'] }),
    meta({ ownerReferences: [{}] }),
    meta({
      ownerReferences: [
        { ...owner, controller: true },
        { ...owner, uid: 'v', controller: true },
      ],
    }),
    meta({
      ownerReferences: [
        { ...owner, kind: 'Event' },
        { ...owner, apiVersion: 'a/b/c' },
      ],
    }),
    meta({ resourceVersion: '5' }),
    meta({ uid: 5 }),
    meta({ creationTimestamp: 'yesterday' }),
    meta({ deletionGracePeriodSeconds: 1.5 }),
    meta({ managedFields: [{ manager: 'x', operation: 'Update' }] }),
    meta({
      managedFields: [
        {
          manager: 'x',
          operation: 'Update',
          apiVersion: subject.apiVersion,
          fieldsType: 'FieldsV1',
          fieldsV1: { 'f:metadata': { 'x:y': {} } },
        },
      ],
    }),
    post({ ...object, apiVersion: 'example.com/v1' }),
    post({ ...object, apiVersion: 'a/b/c' }),
    post({ ...object, kind: 'Other' }),
    post({ ...object, kind: '' }),
    post({ ...object, kind: null, apiVersion: null }),
    post({ ...object, extra: 1, metadata: { ...metadata, more: 2 } }, '&fieldValidation=Strict'),
    post({ ...object, extra: 1, metadata: { ...metadata, more: 2 } }, '&fieldValidation=Warn'),
    post({ ...object, spec: null }),
    post({ ...object, spec: 'text' }),
    post({ ...object, spec: [] }),
    post({ ...object, spec: {} }),
    post({ ...object, status: 1 }),
    post({ apiVersion: subject.apiVersion, kind: subject.kind, metadata: { name: 'bare' } }),
    post({ apiVersion: subject.apiVersion, kind: `${subject.kind}List`, items: [object] }),
  ];
}

const mostFields = 24;

/** Each field of the object in turn, given what does not fit. */
function wrongFields(subject: Subject, namespace: string, seed: string): Ask[] {
  const chance = chanceOf(seed, 'wrong', subject.apiVersion, subject.resource);
  const object = objectNamed(subject, subject.ownName ?? 'wrong', namespace);
  const places = placesIn(object).filter(([first]) => first !== 'metadata');
  return places.slice(0, mostFields).flatMap((place) => {
    const query = chance.pick(['', '&fieldValidation=Strict', '&fieldValidation=Ignore']);
    const without = changedAt(object, place, undefined);
    const other = changedAt(
      object,
      place,
      chance.often(0.7) ? wrongValue(chance) : validValue(subject.schema, undefined, chance),
    );
    return [without, other].map(
      (body): Ask => ({
        method: 'POST',
        path: `${collectionOf(subject, namespace)}?dryRun=All${query}`,
        body,
      }),
    );
  });
}

type Place = readonly (string | number)[];

function placesIn(value: Json | undefined, path: Place = []): Place[] {
  const members: [string | number, Json | undefined][] = Array.isArray(value)
    ? [...value.entries()]
    : isObject(value)
      ? Object.entries(value)
      : [];
  return members.flatMap(([key, member]) => [[...path, key], ...placesIn(member, [...path, key])]);
}

function changedAt(value: Json, [key, ...rest]: Place, to: Json | undefined): Json {
  if (key === undefined) return value;
  if (Array.isArray(value)) {
    const at = Number(key);
    if (rest.length > 0) return value.with(at, changedAt(value[at] ?? null, rest, to));
    return to === undefined ? value.toSpliced(at, 1) : value.with(at, to);
  }
  if (!isObject(value)) return value;
  const copy = { ...value };
  if (rest.length > 0) copy[key] = changedAt(copy[key] ?? null, rest, to);
  else if (to === undefined) delete copy[key];
  else copy[key] = to;
  return copy;
}

function wrongTexts(subject: Subject, namespace: string): Ask[] {
  const path = `${collectionOf(subject, namespace)}?dryRun=All`;
  const object = objectNamed(subject, subject.ownName ?? 'wrong', namespace);
  const json = JSON.stringify(object);
  const post = (body: string, type = 'application/json'): Ask => ({ method: 'POST', path, body, type });
  const one = `${collectionOf(subject, namespace)}/${subject.ownName ?? 'wrong'}?dryRun=All`;
  return [
    post(''),
    post('{'),
    post('[]'),
    post('null'),
    post('"text"'),
    post('{}'),
    post(json, 'text/plain'),
    post(json, 'application/xml'),
    post(json, 'application/yaml'),
    post('a: [', 'application/yaml'),
    post(json, 'application/vnd.kubernetes.protobuf'),
    post(json, ''),
    post(json, 'application/json; charset=utf-8'),
    post(`${json.slice(0, -1)},"kind":"${subject.kind}"}`),
    { ...post(`${json.slice(0, -1)},"kind":"${subject.kind}"}`), path: `${path}&fieldValidation=Strict` },
    post(json.replace('"metadata":', '"Metadata":')),
    { ...post(json.replace('"metadata":', '"Metadata":')), path: `${path}&fieldValidation=Strict` },
    ...Object.values(patchTypes).flatMap((type) =>
      ['', '{', '[]', 'null', '{}', '[{"op":"replace"}]', '{"metadata":5}'].map(
        (body): Ask => ({ method: 'PATCH', path: `${one}&fieldManager=m`, body, type }),
      ),
    ),
    { method: 'PATCH', path: one, body: '{}', type: 'application/strategic-merge-patch+json' },
    { method: 'PATCH', path: one, body: '{}', type: 'text/plain' },
  ];
}

function wrongQueries(subject: Subject, namespace: string): Ask[] {
  const collection = collectionOf(subject, namespace);
  const object = objectNamed(subject, subject.ownName ?? 'wrong', namespace);
  const list = [
    'labelSelector=a%3D%3D%3Db',
    'labelSelector=a+in+()',
    'labelSelector=!',
    'labelSelector=a+in+(b',
    'labelSelector=A%2FB%2FC',
    'labelSelector=a+gt+b',
    'labelSelector=a%3Eb',
    'fieldSelector=a',
    'fieldSelector=%3D',
    'fieldSelector=metadata.name%3Da%2Cmetadata.name%3Db',
    'fieldSelector=spec.nothing%3Da',
    'limit=-1',
    'limit=x',
    'limit=99999999999999999999',
    'timeoutSeconds=x',
    'continue=garbage',
    'continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MSwic3RhcnQiOiIuLi8uLi8ifQ',
    'continue=x&resourceVersion=1',
    'resourceVersion=x',
    'resourceVersion=-1',
    'resourceVersion=99999999999999',
    'resourceVersion=1&resourceVersionMatch=Exact&limit=1',
    'resourceVersionMatch=Exact',
    'resourceVersionMatch=Sideways&resourceVersion=1',
    'resourceVersion=0&resourceVersionMatch=Exact',
    'sendInitialEvents=true',
    'watch=1&sendInitialEvents=perhaps&timeoutSeconds=1',
    'watch=1&resourceVersionMatch=Exact&timeoutSeconds=1',
    'watch=perhaps&timeoutSeconds=1',
    'watch=1&labelSelector=!&timeoutSeconds=1',
    'allowWatchBookmarks=perhaps',
    'pretty=perhaps',
    'nothing=such',
  ];
  const create = [
    'dryRun=Some',
    'dryRun=',
    `fieldManager=${'a'.repeat(129)}`,
    'fieldManager=%00',
    'fieldValidation=Perhaps',
    'dryRun=All&dryRun=All',
    'dryRun=All&fieldValidation=',
  ];
  const remove = [
    'dryRun=Some',
    'gracePeriodSeconds=x',
    'gracePeriodSeconds=-1',
    'propagationPolicy=Sideways',
    'orphanDependents=perhaps',
    'propagationPolicy=Orphan&orphanDependents=true',
  ];
  const accepts = [
    'text/plain',
    'application/xml',
    'application/json;as=Nothing;v=v1;g=meta.k8s.io',
    'application/json;as=Table;v=v9;g=meta.k8s.io',
    'text/plain, */*;q=0.1',
    'application/json;q=0',
    '',
    'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
    'application/json;stream=watch',
    'application/cbor',
  ];
  const one = `${collection}/absent`;
  return [
    ...list.map((query): Ask => ({ method: 'GET', path: `${collection}?${query}` })),
    ...create
      .map((query): Ask => ({ method: 'POST', path: `${collection}?${query}`, body: object }))
      .filter(({ path }) => !path.endsWith('?dryRun=')),
    ...remove.flatMap((query): Ask[] => [
      { method: 'DELETE', path: `${one}?${query}` },
      { method: 'DELETE', path: `${collection}?${query}&labelSelector=none%3Dsuch` },
    ]),
    ...accepts.map(
      (accept): Ask => ({ method: 'GET', path: `${collection}?labelSelector=none%3Dsuch`, accept }),
    ),
    ...accepts.map((accept): Ask => ({ method: 'GET', path: one, accept })),
    { method: 'GET', path: `${one}?resourceVersion=x` },
    { method: 'PUT', path: one, body: object },
    { method: 'PUT', path: collection, body: object },
    { method: 'PATCH', path: collection, body: {}, type: patchTypes.merge },
    { method: 'POST', path: `${one}?dryRun=All`, body: object },
    { method: 'HEAD', path: one },
    { method: 'OPTIONS', path: one },
    { method: 'TRACE', path: one },
    { method: 'GET', path: `${collection}/a/b/c` },
    { method: 'GET', path: `${collection}/` },
    { method: 'GET', path: `${collection}/%2e%2e` },
    { method: 'GET', path: `${collection}/Upper` },
    ...(subject.namespaced
      ? [
          { method: 'POST', path: `${subject.root}/${subject.resource}?dryRun=All`, body: object },
          {
            method: 'POST',
            path: `${subject.root}/namespaces/absent/${subject.resource}?dryRun=All`,
            body: objectNamed(subject, 'wrong', 'absent'),
          },
          { method: 'DELETE', path: `${subject.root}/${subject.resource}?dryRun=All` },
          { method: 'GET', path: `${subject.root}/namespaces/Bad_Name/${subject.resource}` },
        ]
      : [{ method: 'GET', path: `${subject.root}/namespaces/${namespace}/${subject.resource}` }]),
  ];
}
