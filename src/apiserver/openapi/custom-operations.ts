import type { ResourceDefinition } from '../../apimachinery/contract.ts';
import { article, called, capital } from './names.ts';
import {
  bodyOf,
  homeOf,
  type Operation,
  rootOf,
  type Shape,
  shapes,
  sharedDefinitions,
} from './operation.ts';
import { pathParameters, pretty, queryParameters } from './parameters.ts';

/** Custom resources have neither protobuf nor Go types for a strategic merge. */
const objectTypes = ['application/json', 'application/yaml'];
const patchTypes = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/apply-patch+yaml',
];

/** What is told otherwise of custom resources than of built-in kinds. */
const customShapes = {
  ...shapes,
  // It is told as a list that deletes.
  deletecollection: {
    method: 'delete',
    verb: 'delete',
    action: 'deletecollection',
    asks: ['list'],
    codes: [200],
    text: 'delete collection of',
  },
  get: { ...shapes.get, asks: ['get'] },
  patch: { ...shapes.patch, codes: [200] },
} as const satisfies Record<string, Shape>;

/** Every operation of a custom resource and its subresources. */
export function customOperations(definition: ResourceDefinition): readonly Operation[] {
  const { kind, namespaced, resource, verbs, subresources, listKind, schema } = definition;
  const root = rootOf(definition);
  const home = homeOf(definition, root);
  const list = { path: home, answers: `${schema.definitionName.slice(0, -kind.length)}${listKind}` };
  const all = namespaced
    ? [
        made(definition, customShapes.list, {
          ...list,
          path: `${root}/${resource}`,
          what: `${kind}ForAllNamespaces`,
        }),
      ]
    : [];
  const status = sharedDefinitions.status;
  const whole = [
    ['list', list],
    ['create', { path: home }],
    [
      'deletecollection',
      { path: home, what: `Collection${namespaced ? 'Namespaced' : ''}${kind}`, answers: status },
    ],
    ['get', { path: `${home}/{name}` }],
    ['update', { path: `${home}/{name}` }],
    ['delete', { path: `${home}/{name}`, answers: status }],
    ['patch', { path: `${home}/{name}` }],
  ] as const;
  const own = whole
    .filter(([verb]) => verbs.includes(verb))
    .map(([verb, place]) => made(definition, customShapes[verb], place));
  const parts = Object.values(subresources).flatMap(({ name }) =>
    (['get', 'update', 'patch'] as const).map((verb) =>
      made(definition, customShapes[verb], {
        path: `${home}/{name}/${name}`,
        subresource: name,
        ...(name === 'scale' && { answers: 'io.k8s.api.autoscaling.v1.Scale' }),
      }),
    ),
  );
  return [...all, ...own, ...parts];
}

interface Place {
  readonly path: string;
  readonly what?: string;
  readonly subresource?: string;
  readonly answers?: string;
}

function made(definition: ResourceDefinition, shape: Shape, place: Place): Operation {
  const { group, version, kind, namespaced, schema } = definition;
  const { path, subresource = '', answers = schema.definitionName } = place;
  const what = place.what ?? `${namespaced ? 'Namespaced' : ''}${kind}${capital(subresource)}`;
  const body = bodyOf(shape, answers);
  return {
    path,
    method: shape.method,
    ...called(shape.verb, what, group, version),
    description: describe(shape, kind, subresource),
    action: shape.action,
    kind: { group, version, kind },
    parameters: [...queryParameters(shape.asks), ...pathParameters(path, kind), pretty()],
    ...(body && { body }),
    answer: answers,
    codes: shape.codes,
    consumes: shape.body === 'patch' ? patchTypes : objectTypes,
    produces: objectTypes,
  };
}

function describe({ action, text }: Shape, kind: string, subresource: string): string {
  const part = subresource === '' ? '' : ` ${subresource} of`;
  switch (action) {
    case 'list':
      return `list objects of kind ${kind}`;
    case 'post':
    case 'delete':
      return `${text}${article(kind)}${kind}`;
    case 'deletecollection':
      return `${text} ${kind}`;
    default:
      return `${text}${part} the specified ${kind}`;
  }
}
