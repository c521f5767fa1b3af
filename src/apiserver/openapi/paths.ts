import type { JsonObject } from '../../base/index.ts';
import type { Dialect } from './dialect.ts';
import { type Operation, type Parameter, pathParameters } from './operations.ts';

/** What a resource is sent and answered in, as kubectl reads it to choose a patch. */
interface MediaTypes {
  readonly objects: readonly string[];
  readonly patches: readonly string[];
}

const builtinTypes: MediaTypes = {
  objects: ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'],
  patches: [
    'application/apply-patch+yaml',
    'application/json-patch+json',
    'application/merge-patch+json',
    'application/strategic-merge-patch+json',
  ],
};

/** Custom resources have neither protobuf nor Go types for a strategic merge. */
const customTypes: MediaTypes = {
  objects: ['application/json', 'application/yaml'],
  patches: ['application/apply-patch+yaml', 'application/json-patch+json', 'application/merge-patch+json'],
};

function mediaTypes({ custom }: Operation): MediaTypes {
  return custom ? customTypes : builtinTypes;
}

/** Names of the definitions that operations of every kind use. */
export const sharedDefinitions = {
  status: 'io.k8s.apimachinery.pkg.apis.meta.v1.Status',
  deleteOptions: 'io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions',
  patch: 'io.k8s.apimachinery.pkg.apis.meta.v1.Patch',
} as const;

/** The `paths` member of a document. */
export function pathsObject(operations: readonly Operation[], dialect: Dialect): JsonObject {
  const paths: Record<string, JsonObject> = {};
  for (const operation of operations) {
    let item = paths[operation.path];
    if (!item) {
      item = {
        parameters: pathParameters(operation.path).map((parameter) => parameterObject(parameter, dialect)),
      };
      paths[operation.path] = item;
    }
    item[operation.method] =
      dialect.version === 3 ? operation3(operation, dialect) : operation2(operation, dialect);
  }
  return paths;
}

function common(operation: Operation): JsonObject {
  const { group, version, kind } = operation.kind;
  return {
    tags: [operation.tag],
    description: operation.description,
    operationId: operation.id,
    'x-kubernetes-action': operation.action,
    'x-kubernetes-group-version-kind': { group, kind, version },
  };
}

function operation3(operation: Operation, dialect: Dialect): JsonObject {
  const parameters = operation.parameters.map((parameter) => parameterObject(parameter, dialect));
  const schema = answerSchema(operation, dialect);
  const content = schema
    ? Object.fromEntries(mediaTypes(operation).objects.map((type) => [type, { schema }]))
    : { 'text/plain': { schema: { type: 'string' } } };
  const result: JsonObject = {
    ...common(operation),
    responses: { '200': { description: 'OK', content }, '401': { description: 'Unauthorized' } },
  };
  if (parameters.length > 0) result['parameters'] = parameters;
  const body = bodyDefinition(operation);
  if (body) {
    const types = operation.body === 'patch' ? mediaTypes(operation).patches : ['*/*'];
    const media = { schema: dialect.itemReference(body, false) };
    result['requestBody'] = {
      ...(operation.body !== 'options' && { required: true }),
      content: Object.fromEntries(types.map((type) => [type, media])),
    };
  }
  return result;
}

function operation2(operation: Operation, dialect: Dialect): JsonObject {
  const parameters = operation.parameters.map((parameter) => parameterObject(parameter, dialect));
  const body = bodyDefinition(operation);
  if (body) {
    const required = operation.body !== 'options';
    parameters.unshift({
      name: 'body',
      in: 'body',
      ...(required && { required }),
      schema: dialect.itemReference(body, false),
    });
  }
  const schema = answerSchema(operation, dialect) ?? { type: 'string' };
  return {
    ...common(operation),
    schemes: ['https'],
    consumes: operation.body === 'patch' ? [...mediaTypes(operation).patches] : ['*/*'],
    produces: [...mediaTypes(operation).objects],
    ...(parameters.length > 0 && { parameters }),
    responses: { '200': { description: 'OK', schema }, '401': { description: 'Unauthorized' } },
  };
}

function parameterObject({ name, in: place, type, description }: Parameter, dialect: Dialect): JsonObject {
  const required = place === 'path' ? { required: true } : {};
  if (dialect.version === 2) return { name, in: place, ...required, uniqueItems: true, type, description };
  return { name, in: place, ...required, description, schema: { type, uniqueItems: true } };
}

function bodyDefinition(operation: Operation): string | undefined {
  switch (operation.body) {
    case 'object':
      return operation.definition;
    case 'patch':
      return sharedDefinitions.patch;
    case 'options':
      return sharedDefinitions.deleteOptions;
    default:
      return undefined;
  }
}

function answerSchema(operation: Operation, dialect: Dialect): JsonObject | undefined {
  switch (operation.answer) {
    case 'object':
      return dialect.itemReference(operation.definition, false);
    case 'list':
      return dialect.itemReference(`${operation.definition}List`, false);
    case 'status':
      return dialect.itemReference(sharedDefinitions.status, false);
    case 'text':
      return undefined;
  }
}
