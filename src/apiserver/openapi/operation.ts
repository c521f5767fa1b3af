import type { ResourceDefinition } from '../../apimachinery/contract.ts';
import { called } from './names.ts';
import { type Parameter, pathParameters, pretty, type Question, queryParameters } from './parameters.ts';

/** One operation of the API, in neither dialect. */
export interface Operation {
  readonly path: string;
  readonly method: Method;
  readonly id: string;
  readonly tag: string;
  readonly description: string;
  /** Undefined for what is about no resource. */
  readonly action?: string;
  readonly kind?: GroupVersionKind;
  /** Of path and query. */
  readonly parameters: readonly Parameter[];
  readonly body?: Body;
  /** Name of the answer's definition; absent: text. */
  readonly answer?: string;
  /** Status codes of a success. */
  readonly codes: readonly (200 | 201 | 202)[];
  readonly consumes: readonly string[];
  readonly produces: readonly string[];
}

export type Method = 'get' | 'put' | 'post' | 'patch' | 'delete' | 'options' | 'head';

export interface Body {
  readonly definition: string;
  readonly required: boolean;
}

export interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

const machinery = 'io.k8s.apimachinery.pkg.apis.meta.v1';

/** Names of the definitions that operations of every kind use. */
export const sharedDefinitions = {
  status: `${machinery}.Status`,
  deleteOptions: `${machinery}.DeleteOptions`,
  patch: `${machinery}.Patch`,
  watchEvent: `${machinery}.WatchEvent`,
} as const;

/** What built-in kinds are answered in. */
export const objectTypes: readonly string[] = [
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
];
export const watchTypes: readonly string[] = [
  ...objectTypes,
  'application/json;stream=watch',
  'application/vnd.kubernetes.protobuf;stream=watch',
];
export const anyType: readonly string[] = ['*/*'];

/** What is done to an object or a collection, whoever they are. */
export interface Shape {
  readonly method: Method;
  /** In its id. */
  readonly verb: string;
  readonly action: string;
  readonly asks: readonly Question[];
  readonly except?: readonly string[];
  readonly body?: 'object' | 'patch' | 'options';
  readonly codes: Operation['codes'];
  /** In its description. */
  readonly text: string;
}

/** By verb. */
export const shapes = {
  list: { method: 'get', verb: 'list', action: 'list', asks: ['list'], codes: [200], text: 'list' },
  create: {
    method: 'post',
    verb: 'create',
    action: 'post',
    asks: ['write'],
    body: 'object',
    codes: [200, 201, 202],
    text: 'create',
  },
  deletecollection: {
    method: 'delete',
    verb: 'delete',
    action: 'deletecollection',
    asks: ['list', 'delete'],
    except: ['watch', 'allowWatchBookmarks'],
    body: 'options',
    codes: [200],
    text: 'delete collection of',
  },
  get: { method: 'get', verb: 'read', action: 'get', asks: [], codes: [200], text: 'read' },
  update: {
    method: 'put',
    verb: 'replace',
    action: 'put',
    asks: ['write'],
    body: 'object',
    codes: [200, 201],
    text: 'replace',
  },
  patch: {
    method: 'patch',
    verb: 'patch',
    action: 'patch',
    asks: ['patch'],
    body: 'patch',
    codes: [200, 201],
    text: 'partially update',
  },
  delete: {
    method: 'delete',
    verb: 'delete',
    action: 'delete',
    asks: ['delete'],
    body: 'options',
    codes: [200, 202],
    text: 'delete',
  },
} as const satisfies Record<string, Shape>;

/** What one operation is beside its shape. */
export interface Particulars {
  readonly path: string;
  /** What it is done to, in its id: `NamespacedPodStatus`. */
  readonly what: string;
  readonly description: string;
  /** Of whom it tells; absent: the resource itself. */
  readonly kind?: GroupVersionKind;
  /** Name of the definition of what is sent; absent: the resource's. */
  readonly sends?: string;
  /** The same of what is answered. */
  readonly answers?: string;
}

/** An operation on a resource of built-in kind. */
export function operation(definition: ResourceDefinition, shape: Shape, own: Particulars): Operation {
  const { group, version, kind, schema } = definition;
  const told = own.kind ?? { group, version, kind };
  const body = bodyOf(shape, own.sends ?? schema.definitionName);
  return {
    path: own.path,
    method: shape.method,
    ...called(shape.verb, own.what, group, version),
    description: own.description,
    action: shape.action,
    kind: told,
    parameters: [
      ...queryParameters(shape.asks, shape.except),
      ...pathParameters(own.path, told.kind),
      pretty(),
    ],
    ...(body && { body }),
    answer: own.answers ?? schema.definitionName,
    codes: shape.codes,
    consumes: shape.body === 'patch' ? patchTypes : anyType,
    produces: objectTypes,
  };
}

const patchTypes = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
];

export function bodyOf(shape: Shape, definition: string): Body | undefined {
  switch (shape.body) {
    case 'object':
      return { definition, required: true };
    case 'patch':
      return { definition: sharedDefinitions.patch, required: true };
    case 'options':
      return { definition: sharedDefinitions.deleteOptions, required: false };
    default:
      return undefined;
  }
}

/** `/api/v1`, `/apis/apps/v1`. */
export function rootOf({ group, version }: { readonly group: string; readonly version: string }): string {
  return group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
}

/** Where the objects of a resource are. */
export function homeOf(definition: ResourceDefinition, root: string): string {
  const { namespaced, resource } = definition;
  return namespaced ? `${root}/namespaces/{namespace}/${resource}` : `${root}/${resource}`;
}
