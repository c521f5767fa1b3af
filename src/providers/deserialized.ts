import { ArmError } from '../arm/index.ts';
import { isObject, type JsonObject } from '../base/index.ts';
import { conform, type Shape, type ShapeFaults } from './shape.ts';

/**
 * Reads the properties of a body by a shape, member names without case. Throws InvalidRequestContent for wrong types, and for
 * members that no version has; a preview may have members that nobody has written down yet. With `keepsUnknown` none is refused.
 */
export function deserializes(
  shape: Shape,
  { keepsUnknown = false } = {},
): (body: JsonObject, apiVersion: string) => JsonObject {
  return (body, apiVersion) => {
    const { properties } = body;
    if (properties === undefined || properties === null) return body;
    const faults = keepsUnknown || apiVersion.toLowerCase().endsWith('-preview') ? lenient : strict;
    const conformed = conform(properties, shape, { path: 'properties', faults });
    return conformed === properties ? body : { ...body, properties: isObject(conformed) ? conformed : {} };
  };
}

const lenient: ShapeFaults = {
  wrongType: (path, found, wanted) =>
    invalidContent(`Cannot convert ${found} to type '${wanted}'. Path '${path}'.`, path),
};

const strict: ShapeFaults = {
  ...lenient,
  unknown: (path, name) =>
    invalidContent(`Could not find member '${name.slice(0, 100)}' on object. Path '${path}'.`, path),
};

function invalidContent(detail: string, target: string): ArmError {
  const message = `The request content was invalid and could not be deserialized: '${detail}'.`;
  return new ArmError(400, 'InvalidRequestContent', message, { target });
}
