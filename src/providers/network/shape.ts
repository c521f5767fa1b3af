import { ArmError } from '../../arm/index.ts';
import { isObject, type JsonObject } from '../../base/index.ts';
import { knownShapes } from '../known-shapes.ts';
import { conform, type ShapeFaults } from '../shape.ts';

/** Microsoft.Network leaves out what it does not know, and reads texts that spell a number or a boolean as one. */
const faults: ShapeFaults = {
  coerces: true,
  wrongType: (path, found, wanted) => {
    const message = `Error converting value ${found} to type '${netTypes[wanted] ?? wanted}'. Path '${path}'.`;
    return new ArmError(400, 'InvalidRequestFormat', 'Cannot parse the request.', {
      target: path,
      details: [{ code: 'InvalidJson', message }],
    });
  },
};

const netTypes: Readonly<Record<string, string>> = {
  string: 'System.String',
  int32: 'System.Int32',
  float64: 'System.Double',
  bool: 'System.Boolean',
  slice: 'a list',
  map: 'an object',
  object: 'an object',
};

/** Reads the properties of a body by the shape of a type; throws InvalidRequestFormat for the first that does not fit. */
export function conformsTo(type: keyof typeof knownShapes): (body: JsonObject) => JsonObject {
  return (body) => {
    const { properties } = body;
    if (properties === undefined || properties === null) return body;
    const conformed = conform(properties, knownShapes[type], { path: 'properties', faults });
    if (conformed === properties) return body;
    return { ...body, properties: isObject(conformed) ? conformed : {} };
  };
}
