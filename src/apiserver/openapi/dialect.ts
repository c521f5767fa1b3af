import type { JsonObject } from '../../base/index.ts';

/** What differs between Swagger 2.0 and OpenAPI 3.0 where Kubernetes schemas are concerned. */
export interface Dialect {
  readonly version: 2 | 3;
  /** A reference to a definition, with what stands beside it. */
  reference(definition: string, beside: JsonObject): JsonObject;
  /** A reference among a list's items or a map's values. */
  itemReference(definition: string, isStruct: boolean): JsonObject;
  /** Types whose JSON form is text or number. */
  readonly intOrString: JsonObject;
  readonly quantity: JsonObject;
}

export const swagger2: Dialect = {
  version: 2,
  reference: (definition, beside) => ({ ...beside, $ref: `#/definitions/${definition}` }),
  itemReference: (definition) => ({ $ref: `#/definitions/${definition}` }),
  intOrString: { type: 'string', format: 'int-or-string' },
  quantity: { type: 'string' },
};

const prefix = '#/components/schemas/';

export const openApi3: Dialect = {
  version: 3,
  // Beside a bare reference nothing counts in OpenAPI 3.0.
  reference: (definition, beside) =>
    Object.keys(beside).length === 0
      ? { $ref: `${prefix}${definition}` }
      : { ...beside, allOf: [{ $ref: `${prefix}${definition}` }] },
  itemReference: (definition, isStruct) =>
    isStruct
      ? { default: {}, allOf: [{ $ref: `${prefix}${definition}` }] }
      : { $ref: `${prefix}${definition}` },
  intOrString: { format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] },
  quantity: { oneOf: [{ type: 'string' }, { type: 'number' }] },
};
