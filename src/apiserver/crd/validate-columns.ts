import type { FieldError } from '../../apimachinery/contract.ts';
import { required } from '../../apimachinery/validation/errors.ts';
import { invalid } from '../../apimachinery/validation/field-errors.ts';
import { isObject, type Json, type JsonObject } from '../../base/index.ts';
import { textOf } from '../../schema/structural-node.ts';
import { compileJsonPath } from './json-path.ts';
import { simplePathErrors } from './simple-path.ts';

const columnTypes = ['boolean', 'date', 'integer', 'number', 'string'];
const columnFormats = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'];

/** Field errors of the columns that kubectl prints for a version. */
export function validateColumns(columns: Json | undefined, path: string): FieldError[] {
  if (!Array.isArray(columns)) return [];
  return columns.flatMap((column, i) => (isObject(column) ? checkColumn(column, `${path}[${i}]`) : []));
}

function checkColumn(column: JsonObject, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const type = textOf(column.type);
  const format = textOf(column.format);
  const jsonPath = textOf(column.jsonPath);
  const types = `must be one of ${columnTypes.join(',')}`;
  if (textOf(column.name) === '') errors.push(required(`${path}.name`));
  if (type === '') errors.push(required(`${path}.type`, types));
  else if (!columnTypes.includes(type)) errors.push(invalid(`${path}.type`, type, types));
  if (format !== '' && !columnFormats.includes(format)) {
    errors.push(invalid(`${path}.format`, format, `must be one of ${columnFormats.join(',')}`));
  }
  if (jsonPath === '') return [...errors, required(`${path}.JSONPath`)];
  const simple = simplePathErrors(jsonPath, `${path}.JSONPath`);
  if (simple.length > 0) return [...errors, ...simple];
  try {
    compileJsonPath(jsonPath);
  } catch (error) {
    // The real server lets such a column through and shows nothing in it; saying so now is kinder.
    const why = error instanceof Error ? error.message : String(error);
    errors.push(invalid(`${path}.JSONPath`, jsonPath, why));
  }
  return errors;
}
