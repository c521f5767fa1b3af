import type { TableColumns } from '../../apimachinery/contract.ts';
import { cellAt } from '../../apimachinery/duration.ts';
import { readMetadata } from '../../apimachinery/metadata.ts';
import { badRequest } from '../../apimachinery/status.ts';
import type { JsonObject } from '../../base/index.ts';

/** What rows of a Table carry besides cells. */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

/** Throws 400 for another word. */
export function readIncludeObject(text: string | null): IncludeObject {
  if (text === null || text === '' || text === 'Metadata') return 'Metadata';
  if (text === 'None' || text === 'Object') return text;
  throw badRequest(`unrecognized includeObject value: "${text}"`);
}

export interface TableShape {
  /** `meta.k8s.io/v1` or `meta.k8s.io/v1beta1`. */
  readonly metaVersion: string;
  readonly includeObject: IncludeObject;
  readonly nowMs: number;
  /** Watches name the columns only once. */
  readonly omitColumns?: boolean;
}

/** Objects of one kind as a `Table`. */
export function tableOf(
  columns: TableColumns,
  objects: readonly JsonObject[],
  metadata: JsonObject,
  shape: TableShape,
): JsonObject {
  return {
    kind: 'Table',
    apiVersion: shape.metaVersion,
    metadata,
    columnDefinitions: shape.omitColumns ? null : [...columns.definitions],
    rows: objects.map((object) => ({
      cells: columns.cells(object).map((cell) => cellAt(cell, shape.nowMs)),
      ...rowObject(object, shape),
    })),
  };
}

function rowObject(object: JsonObject, { includeObject, metaVersion }: TableShape): JsonObject {
  if (includeObject === 'None') return {};
  return { object: includeObject === 'Object' ? object : partialOf(object, metaVersion) };
}

/** The metadata of an object alone. */
export function partialOf(object: JsonObject, metaVersion: string): JsonObject {
  return { kind: 'PartialObjectMetadata', apiVersion: metaVersion, metadata: readMetadata(object) };
}

export function partialListOf(
  objects: readonly JsonObject[],
  metadata: JsonObject,
  metaVersion: string,
): JsonObject {
  return {
    kind: 'PartialObjectMetadataList',
    apiVersion: metaVersion,
    metadata,
    items: objects.map((object) => partialOf(object, metaVersion)),
  };
}

/** Columns for values that are not of a stored kind (a Status, a review). */
export const nameColumns: TableColumns = {
  definitions: [
    { name: 'Name', type: 'string', format: 'name', description: '', priority: 0 },
    { name: 'Created At', type: 'date', format: '', description: '', priority: 0 },
  ],
  cells: (object) => {
    const { name, creationTimestamp } = readMetadata(object);
    return [name ?? '', creationTimestamp ?? ''];
  },
};
