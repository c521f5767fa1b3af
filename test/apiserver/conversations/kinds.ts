import type { JsonObject } from '../../../src/base/index.ts';
import { type Specimen, specimens } from '../every-kind.ts';
import { get, patch, post, put, remove } from './asks.ts';
import type { Ask, Conversation } from './play.ts';

function homeOf({ object, resource, namespaced }: Specimen): string {
  const apiVersion = String(object['apiVersion']);
  const root = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`;
  return `${root}/${namespaced ? 'namespaces/{ns}/' : ''}${resource}`;
}

function nameOf({ metadata }: JsonObject): string {
  return String((metadata as JsonObject)['name']);
}

/** What kubectl's create, replace, patch, label, apply and delete ask, each a second time without a change. */
function life(specimen: Specimen): readonly Ask[] {
  const { object, change } = specimen;
  const home = homeOf(specimen);
  const path = `${home}/${nameOf(object)}`;
  const { apiVersion, kind } = object;
  const labelled = { metadata: { labels: { a: 'b' } } };
  const twice = (asked: Ask) => [asked, asked];
  return [
    post(home, object),
    post(home, object),
    ...twice(put(path, object)),
    ...twice(patch(path, change)),
    ...twice(patch(path, labelled, 'strategic')),
    patch(path, [{ op: 'add', path: '/metadata/annotations', value: { a: 'b' } }], 'json'),
    patch(path, [{ op: 'remove', path: '/metadata/annotations' }], 'json'),
    ...twice(patch(`${path}?fieldManager=m&force=true`, object, 'apply')),
    patch(
      `${path}?fieldManager=m&force=true`,
      { apiVersion, kind, metadata: { name: nameOf(object) } } as JsonObject,
      'apply',
    ),
    get(path),
    remove(`${path}?propagationPolicy=Background&gracePeriodSeconds=0`),
    remove(path),
    ...twice(patch(`${path}?fieldManager=m`, object, 'apply')),
    remove(`${path}?propagationPolicy=Background&gracePeriodSeconds=0`),
    // What is protected waits for a controller, which is not there.
    patch(path, { metadata: { finalizers: null } }),
  ];
}

/**
 * A real server writes to these at a time of its own, or only its controllers let them go: `every-kind.test.ts` takes
 * them through the same life.
 */
const leftOut = [
  'APIService',
  'CertificateSigningRequest',
  'CustomResourceDefinition',
  'FlowSchema',
  'Namespace',
  'VolumeAttributesClass',
];

/** An object of every kind: made, replaced, patched, applied, deleted, and each again. */
export const kindConversations: readonly Conversation[] = specimens.filter(isAlike).map((specimen) => ({
  name: `${specimen.object['apiVersion']} ${specimen.object['kind']}`,
  asks: life(specimen),
}));

function isAlike({ object }: Specimen): boolean {
  const kind = String(object['kind']);
  return !leftOut.includes(kind);
}
