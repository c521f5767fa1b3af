import type { ResourceDefinition, SubresourceDefinition } from '../../apimachinery/contract.ts';
import { StructuralNode } from '../../schema/structural-node.ts';

/** One operation of the API, in neither dialect. */
export interface Operation {
  readonly path: string;
  readonly method: 'get' | 'put' | 'post' | 'patch' | 'delete';
  readonly id: string;
  readonly tag: string;
  readonly description: string;
  readonly action: string;
  readonly kind: GroupVersionKind;
  readonly parameters: readonly Parameter[];
  /** Definition of the body, `patch` for any patch. */
  readonly body?: 'object' | 'patch' | 'options';
  readonly answer: 'object' | 'list' | 'status' | 'text';
  /** The object's definition name. */
  readonly definition: string;
  /** True for a resource that a CustomResourceDefinition brought. */
  readonly custom: boolean;
}

export interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly type: 'string' | 'boolean' | 'integer';
  readonly description: string;
}

function query(name: string, description: string, type: Parameter['type'] = 'string'): Parameter {
  return { name, in: 'query', type, description };
}

const dryRun = query('dryRun', 'Go through all stages without storing anything. The one valid value is All.');
const fieldManager = query('fieldManager', 'The name under which the fields that this write sets are kept.');
const fieldValidation = query(
  'fieldValidation',
  'What to do about unknown and doubled fields: Ignore, Warn or Strict.',
);
const force = query('force', 'Apply takes over fields that others own.', 'boolean');
const writing = [dryRun, fieldManager, fieldValidation];
const deleting = [
  dryRun,
  query('gracePeriodSeconds', 'Seconds until the object is gone; 0: at once.', 'integer'),
  query('orphanDependents', 'Deprecated: use propagationPolicy.', 'boolean'),
  query('propagationPolicy', 'What becomes of dependents: Orphan, Background or Foreground.'),
];
const listing = [
  query('allowWatchBookmarks', 'Let a watch send bookmarks.', 'boolean'),
  query('continue', 'Go on after an earlier page.'),
  query('fieldSelector', 'Restricts the list by fields.'),
  query('labelSelector', 'Restricts the list by labels.'),
  query('limit', 'The most objects of a page.', 'integer'),
  query('resourceVersion', 'Which version of the list to answer.'),
  query('resourceVersionMatch', 'How resourceVersion is meant.'),
  query('sendInitialEvents', 'Begin a watch with the current state.', 'boolean'),
  query('timeoutSeconds', 'Ends the list or watch.', 'integer'),
  query('watch', 'Watch instead of listing.', 'boolean'),
];
const namespaceParameter: Parameter = {
  name: 'namespace',
  in: 'path',
  type: 'string',
  description: 'The namespace of the object.',
};
const nameParameter: Parameter = {
  name: 'name',
  in: 'path',
  type: 'string',
  description: 'The name of the object.',
};

/** Parameters of a path, which all its operations share. */
export function pathParameters(path: string): readonly Parameter[] {
  return [nameParameter, namespaceParameter].filter((parameter) => path.includes(`{${parameter.name}}`));
}

/** Every operation of a resource and its subresources. */
export function operationsOf(definition: ResourceDefinition): readonly Operation[] {
  const { group, version, resource, namespaced, verbs } = definition;
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const home = namespaced ? `${root}/namespaces/{namespace}/${resource}` : `${root}/${resource}`;
  const one = `${home}/{name}`;
  const make = maker(definition);
  const made: Operation[] = [];
  for (const verb of verbs) {
    const shape = verbShapes[verb];
    if (shape) made.push(make(verb, shape.onCollection ? home : one, shape));
  }
  if (namespaced && verbs.includes('list') && verbShapes['list']) {
    made.push({
      ...make('list', `${root}/${resource}`, verbShapes['list']),
      id: `${idOf(definition, 'list')}ForAllNamespaces`,
    });
  }
  for (const subresource of Object.values(definition.subresources)) {
    made.push(...subresourceOperations(definition, subresource, `${one}/${subresource.name}`));
  }
  return made;
}

interface VerbShape extends Pick<Operation, 'method' | 'action' | 'parameters' | 'body' | 'answer'> {
  readonly onCollection: boolean;
  readonly text: string;
}

const verbShapes: Readonly<Record<string, VerbShape>> = {
  list: {
    method: 'get',
    action: 'list',
    parameters: listing,
    answer: 'list',
    onCollection: true,
    text: 'list or watch objects of kind',
  },
  create: {
    method: 'post',
    action: 'post',
    parameters: writing,
    body: 'object',
    answer: 'object',
    onCollection: true,
    text: 'create a',
  },
  deletecollection: {
    method: 'delete',
    action: 'deletecollection',
    parameters: [...listing.slice(1, 9), ...deleting],
    body: 'options',
    answer: 'status',
    onCollection: true,
    text: 'delete a collection of',
  },
  get: {
    method: 'get',
    action: 'get',
    parameters: [],
    answer: 'object',
    onCollection: false,
    text: 'read the specified',
  },
  update: {
    method: 'put',
    action: 'put',
    parameters: writing,
    body: 'object',
    answer: 'object',
    onCollection: false,
    text: 'replace the specified',
  },
  patch: {
    method: 'patch',
    action: 'patch',
    parameters: [...writing, force],
    body: 'patch',
    answer: 'object',
    onCollection: false,
    text: 'partially update the specified',
  },
  delete: {
    method: 'delete',
    action: 'delete',
    parameters: deleting,
    body: 'options',
    answer: 'status',
    onCollection: false,
    text: 'delete a',
  },
};

type Maker = (verb: string, path: string, shape: VerbShape) => Operation;

function maker(definition: ResourceDefinition): Maker {
  const { group, version, kind } = definition;
  return (verb, path, shape) => ({
    path,
    method: shape.method,
    id: idOf(definition, verb),
    tag: tagOf(group, version),
    description: `${shape.text} ${kind}`,
    action: shape.action,
    kind: { group, version, kind },
    parameters: shape.parameters,
    ...(shape.body && { body: shape.body }),
    answer: shape.answer,
    definition: definition.schema.definitionName,
    custom: definition.schema.root instanceof StructuralNode,
  });
}

function subresourceOperations(
  definition: ResourceDefinition,
  subresource: SubresourceDefinition,
  path: string,
): readonly Operation[] {
  const make = maker(definition);
  const { group, version, kind } = definition;
  const own = subresource.kind !== undefined && subresource.kind !== kind;
  const isText = subresource.name === 'log' || subresource.name === 'proxy';
  const isStream = ['exec', 'attach', 'portforward'].includes(subresource.name);
  if (isStream || subresource.name === 'proxy') return [];
  return subresource.verbs.flatMap((verb): Operation[] => {
    const shape = verbShapes[verb];
    if (!shape) return [];
    const operation = make(verb, path, shape);
    const body = {
      group: subresource.group ?? group,
      version: subresource.version ?? version,
      kind: subresource.kind ?? kind,
    };
    return [
      {
        ...operation,
        id: `${operation.id}${capital(subresource.name)}`,
        description: `${shape.text.split(' ')[0]} ${subresource.name} of the specified ${kind}`,
        kind: own ? body : operation.kind,
        definition: own ? definitionNameOf(body) : operation.definition,
        ...(isText && { answer: 'text' as const }),
      },
    ];
  });
}

/** Bodies of subresources that are kinds of their own. */
function definitionNameOf({ group, version, kind }: GroupVersionKind): string {
  const home = group === '' ? 'core' : (group.split('.')[0] ?? '');
  return `io.k8s.api.${home}.${version}.${kind}`;
}

function idOf({ group, version, namespaced, kind }: ResourceDefinition, verb: string): string {
  const verbs: Readonly<Record<string, string>> = {
    get: 'read',
    update: 'replace',
    deletecollection: 'deleteCollection',
  };
  const home =
    group === ''
      ? 'Core'
      : capital((group.split('.')[0] ?? '').replace(/-./g, (text) => text.slice(1).toUpperCase()));
  return `${verbs[verb] ?? verb}${home}${capital(version)}${namespaced ? 'Namespaced' : ''}${kind}`;
}

function tagOf(group: string, version: string): string {
  return `${group === '' ? 'core' : (group.split('.')[0] ?? '')}_${version}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
