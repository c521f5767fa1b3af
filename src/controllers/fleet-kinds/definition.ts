import type { KubeObject } from '../../apimachinery/client.ts';
import { deepFreeze, type JsonObject } from '../../base/index.ts';
import { described, object, type Rule, ruled, type Schema, string } from './schema.ts';
import type { Version } from './shapes.ts';

/** A fleet kind as data; `customResource` makes the manifest of its CustomResourceDefinition. */
export interface FleetKind {
  readonly group: string;
  readonly kind: string;
  readonly plural: string;
  readonly shortName?: string;
  readonly categories?: readonly string[];
  readonly scope: 'Cluster' | 'Namespaced';
  /** Served versions, in the order in which they are listed; `v1beta1` is stored, or the only one. */
  readonly versions: readonly Version[];
  /** `empty`: declares that it has no subresources. */
  readonly status?: 'subresource' | 'empty';
  /** For `kubectl explain`. */
  readonly description: string;
  /** Fields beside apiVersion, kind and metadata. */
  fields(version: Version): Readonly<Record<string, Schema | undefined>>;
  /** Rules on the whole object. */
  rules?(version: Version): readonly Rule[];
  columns?(version: Version): readonly Column[];
}

/** A column of `kubectl get`. */
export interface Column extends JsonObject {
  name: string;
  type: string;
  jsonPath: string;
  priority?: number;
}

export function column(name: string, jsonPath: string, type = 'string'): Column {
  return { jsonPath, name, type };
}

/** Shown with `-o wide` only. */
export function wide(shown: Column): Column {
  return { ...shown, priority: 1 };
}

/** The status (or another field) of the condition of this type. */
export function conditionPath(type: string, field = 'status'): string {
  return `.status.conditions[?(@.type=="${type}")].${field}`;
}

export const age: Column = column('Age', '.metadata.creationTimestamp', 'date');

/** The CustomResourceDefinition of a fleet kind. */
export function customResource(kind: FleetKind): KubeObject {
  const { group, plural, scope } = kind;
  return deepFreeze({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: { group, names: names(kind), scope, versions: kind.versions.map((v) => versionOf(kind, v)) },
  });
}

function names(kind: FleetKind): JsonObject {
  return {
    ...(kind.categories ? { categories: [...kind.categories] } : {}),
    kind: kind.kind,
    listKind: `${kind.kind}List`,
    plural: kind.plural,
    ...(kind.shortName ? { shortNames: [kind.shortName] } : {}),
    singular: kind.kind.toLowerCase(),
  };
}

function versionOf(kind: FleetKind, version: Version): JsonObject {
  const columns = kind.columns?.(version) ?? [];
  const subresources = {
    subresource: { subresources: { status: {} } },
    empty: { subresources: {} },
    none: {},
  };
  return {
    ...(columns.length > 0 ? { additionalPrinterColumns: [...columns] } : {}),
    name: version,
    schema: { openAPIV3Schema: rootSchema(kind, version) },
    served: true,
    storage: kind.versions.length === 1 || version === 'v1beta1',
    ...subresources[kind.status ?? 'none'],
  };
}

function rootSchema(kind: FleetKind, version: Version): Schema {
  const root = object({
    apiVersion: string,
    kind: string,
    metadata: { type: 'object' },
    ...kind.fields(version),
  });
  const rules = kind.rules?.(version) ?? [];
  return described(kind.description, rules.length > 0 ? ruled(root, ...rules) : root);
}
