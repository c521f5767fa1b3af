import type { CelType } from './types.ts';
import { Duration, MapValue, StructValue, Timestamp, typeOf, type Value } from './values.ts';

/** True when a value may be passed for a parameter; what lists and maps hold is not looked at. */
export function fitsType(value: Value, type: CelType): boolean {
  switch (type.kind) {
    case 'dyn':
    case 'param':
      return true;
    case 'null':
      return value === null;
    case 'timestamp':
      return value instanceof Timestamp;
    case 'duration':
      return value instanceof Duration;
    case 'object':
      return value instanceof MapValue || (value instanceof StructValue && value.typeName === type.of.name);
    case 'map':
      return value instanceof MapValue;
    case 'opaque':
      return typeOf(value) === type.name;
    default:
      return typeOf(value) === type.kind;
  }
}
