import type { JsonObject } from '../../base/index.ts';
import type { Dialect } from './dialect.ts';
import type { Operation } from './operation.ts';
import type { Parameter } from './parameters.ts';
import type { SharedParameters } from './shared-parameters.ts';

/** The `paths` member of an OpenAPI 3 document. */
export function paths3(operations: readonly Operation[], dialect: Dialect): JsonObject {
  return pathsOf(operations, {
    parameters: ({ parameters }) => parameters.map(parameter3),
    operation: (operation, parameters) => operation3(operation, { parameters, dialect }),
  });
}

/** The `paths` member of a Swagger 2.0 document. */
export function paths2(
  operations: readonly Operation[],
  dialect: Dialect,
  shared: SharedParameters,
): JsonObject {
  return pathsOf(operations, {
    parameters: (operation) => [...body2(operation, dialect), ...operation.parameters.map(parameter2)],
    operation: (operation, parameters) => operation2(operation, { parameters, dialect }),
    share: (parameter) => shared.share(parameter),
  });
}

interface Writer {
  parameters(operation: Operation): readonly JsonObject[];
  operation(operation: Operation, parameters: readonly JsonObject[]): JsonObject;
  share?(parameter: JsonObject): JsonObject;
}

/** What all operations of a path are asked stands at the path. */
function pathsOf(operations: readonly Operation[], writer: Writer): JsonObject {
  const byPath = Map.groupBy(operations, ({ path }) => path);
  const paths: Record<string, JsonObject> = {};
  for (const path of [...byPath.keys()].sort()) {
    const here = byPath.get(path) ?? [];
    const asked = here.map((operation) =>
      writer.parameters(operation).map((parameter) => [JSON.stringify(parameter), parameter] as const),
    );
    const [first = [], ...others] = asked;
    const isCommon = ([text, { in: place }]: readonly [string, JsonObject]) =>
      place !== 'body' && others.every((other) => other.some(([own]) => own === text));
    const common = new Map(first.filter(isCommon));
    const written = (parameters: Iterable<JsonObject>) =>
      [...parameters].sort(byName).map((parameter) => writer.share?.(parameter) ?? parameter);
    const item: JsonObject = {};
    for (const [at, operation] of here.entries()) {
      const own = (asked[at] ?? []).filter(([text]) => !common.has(text)).map(([, parameter]) => parameter);
      item[operation.method] = writer.operation(operation, written(own));
    }
    if (common.size > 0) item['parameters'] = written(common.values());
    paths[path] = item;
  }
  return paths;
}

/** The path's before the query's of one name. */
function byName(a: JsonObject, b: JsonObject): number {
  return `${a['name']} ${a['in']}` < `${b['name']} ${b['in']}` ? -1 : 1;
}

interface Written {
  readonly parameters: readonly JsonObject[];
  readonly dialect: Dialect;
}

function operation3(operation: Operation, { parameters, dialect }: Written): JsonObject {
  const schema = answer(operation, dialect);
  const content = Object.fromEntries(operation.produces.map((type) => [type, { schema }]));
  return {
    ...called(operation),
    ...(parameters.length > 0 && { parameters: [...parameters] }),
    ...requestBody(operation, dialect),
    responses: responses(operation, { content }),
    ...about(operation),
  };
}

function requestBody({ body, consumes }: Operation, dialect: Dialect): JsonObject {
  if (!body) return {};
  const schema = dialect.itemReference(body.definition, false);
  return {
    requestBody: {
      content: Object.fromEntries(consumes.map((type) => [type, { schema }])),
      ...(body.required && { required: true }),
    },
  };
}

function operation2(operation: Operation, { parameters, dialect }: Written): JsonObject {
  return {
    ...called(operation),
    ...(operation.consumes.length > 0 && { consumes: [...operation.consumes] }),
    produces: [...operation.produces],
    schemes: ['https'],
    ...(parameters.length > 0 && { parameters: [...parameters] }),
    responses: responses(operation, { schema: answer(operation, dialect) }),
    ...about(operation),
  };
}

function called({ description, tag, id }: Operation): JsonObject {
  return { description, tags: [tag], operationId: id };
}

function about({ action, kind }: Operation): JsonObject {
  return {
    ...(action !== undefined && { 'x-kubernetes-action': action }),
    ...(kind && {
      'x-kubernetes-group-version-kind': { group: kind.group, kind: kind.kind, version: kind.version },
    }),
  };
}

const names = { 200: 'OK', 201: 'Created', 202: 'Accepted' } as const;

function responses({ codes }: Operation, beside: JsonObject): JsonObject {
  const told = codes.map((code) => [String(code), { description: names[code], ...beside }] as const);
  return { ...Object.fromEntries(told), '401': { description: 'Unauthorized' } };
}

function answer({ answer: definition }: Operation, dialect: Dialect): JsonObject {
  return definition === undefined ? { type: 'string' } : dialect.itemReference(definition, false);
}

function parameter3({ name, in: place, description, type }: Parameter): JsonObject {
  return {
    name,
    in: place,
    description,
    ...(place === 'path' && { required: true }),
    schema: { type, uniqueItems: true },
  };
}

function parameter2({ name, in: place, description, type }: Parameter): JsonObject {
  return {
    uniqueItems: true,
    type,
    description,
    name,
    in: place,
    ...(place === 'path' && { required: true }),
  };
}

function body2({ body }: Operation, dialect: Dialect): JsonObject[] {
  if (!body) return [];
  const schema = dialect.itemReference(body.definition, false);
  return [{ name: 'body', in: 'body', ...(body.required && { required: true }), schema }];
}
