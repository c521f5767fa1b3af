import type { Cell, TableColumn, TableColumns } from '../../apimachinery/contract.ts';
import { since } from '../../apimachinery/duration.ts';
import { isNumber, isObject, type Json, type JsonObject } from '../../base/index.ts';
import { textOf } from '../../schema/structural-node.ts';
import { compileJsonPath, type JsonPath } from './json-path.ts';

const nameColumn: TableColumn = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description:
    'Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names',
  priority: 0,
};

const ageColumn: TableColumn = {
  name: 'Age',
  type: 'date',
  format: '',
  description:
    'CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata',
  priority: 0,
};

const agePath = '.metadata.creationTimestamp';

/** The table of a version: the name, then `additionalPrinterColumns`, or the age when there are none. */
export function columnsOf(version: JsonObject): TableColumns {
  const declared = Array.isArray(version.additionalPrinterColumns)
    ? version.additionalPrinterColumns.filter(isObject)
    : [];
  const columns = declared.length > 0 ? declared.map(columnOf) : [{ column: ageColumn, path: agePath }];
  let readers: ((object: JsonObject) => Cell)[] | undefined;
  return {
    definitions: [nameColumn, ...columns.map(({ column }) => column)],
    cells(object) {
      readers ??= columns.map(({ column, path }) => reader(column.type, compileJsonPath(path)));
      const metadata = isObject(object.metadata) ? object.metadata : {};
      return [metadata.name ?? '', ...readers.map((read) => read(object))];
    },
  };
}

function columnOf(declared: JsonObject): { column: TableColumn; path: string } {
  const path = textOf(declared.jsonPath);
  return {
    path,
    column: {
      name: textOf(declared.name),
      type: textOf(declared.type),
      format: textOf(declared.format),
      description:
        textOf(declared.description) || `Custom resource definition column (in JSONPath format): ${path}`,
      priority: typeof declared.priority === 'number' ? declared.priority : 0,
    },
  };
}

function reader(type: string, path: JsonPath): (object: JsonObject) => Cell {
  return (object) => {
    const [value] = path.find(object);
    return value === undefined || value === null ? null : cellOf(type, value);
  };
}

/** A value that does not fit the column's type leaves the cell empty. */
function cellOf(type: string, value: NonNullable<Json>): Cell {
  switch (type) {
    case 'string':
      return typeof value === 'object' ? JSON.stringify(value) : String(value);
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : typeof value === 'bigint' ? value : null;
    case 'number':
      return isNumber(value) ? Number(value) : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'date':
      if (typeof value !== 'string') return null;
      return Number.isNaN(Date.parse(value)) ? '<invalid>' : since(value);
    default:
      return null;
  }
}
