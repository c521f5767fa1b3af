import type { ResourceDefinition, SubresourceDefinition } from '../../apimachinery/contract.ts';
import { packagePrefixOf } from '../../kinds/catalog.ts';
import { article, called, capital } from './names.ts';
import { anyType, type Method, type Operation, objectTypes, operation, shapes } from './operation.ts';
import { pathParameters, queryParameters } from './parameters.ts';

/** Subresources that are streams or lead elsewhere, by the methods that they take. */
const connecting: Readonly<Record<string, readonly Method[]>> = {
  attach: ['get', 'post'],
  exec: ['get', 'post'],
  portforward: ['get', 'post'],
  proxy: ['get', 'put', 'post', 'delete', 'options', 'head', 'patch'],
};

export function subresourceOperations(
  definition: ResourceDefinition,
  subresource: SubresourceDefinition,
  path: string,
): readonly Operation[] {
  const methods = connecting[subresource.name];
  if (!methods) return plain(definition, subresource, path);
  const paths = subresource.name === 'proxy' ? [path, `${path}/{path}`] : [path];
  return paths.flatMap((at) => methods.map((method) => connection(definition, subresource, { at, method })));
}

function plain(
  definition: ResourceDefinition,
  subresource: SubresourceDefinition,
  path: string,
): readonly Operation[] {
  const { group, version, kind, namespaced } = definition;
  const { name } = subresource;
  const body = {
    group: subresource.group ?? group,
    version: subresource.version ?? version,
    kind: subresource.kind ?? kind,
  };
  const isOther = subresource.kind !== undefined && subresource.kind !== kind;
  const home = `${packagePrefixOf(body.group, body.version)}.${body.kind}`;
  return subresource.verbs.flatMap((verb): Operation[] => {
    if (verb !== 'get' && verb !== 'update' && verb !== 'patch' && verb !== 'create') return [];
    const shape = shapes[verb];
    const description =
      verb === 'create'
        ? `create ${name} of${article(kind)}${kind}`
        : `${shape.text} ${name} of the specified ${kind}`;
    const made = operation(definition, shape, {
      path,
      what: `${namespaced ? 'Namespaced' : ''}${kind}${capital(name)}`,
      description,
      ...(isOther && { kind: body, sends: home, answers: home }),
    });
    return [name === 'log' ? asText(made) : made];
  });
}

/** What a container said. */
function asText({ answer: _answer, ...log }: Operation): Operation {
  return {
    ...log,
    parameters: [...queryParameters(['log']), ...log.parameters],
    produces: ['text/plain', ...objectTypes],
  };
}

function connection(
  definition: ResourceDefinition,
  subresource: SubresourceDefinition,
  { at: path, method }: { readonly at: string; readonly method: Method },
): Operation {
  const { group, version, kind, namespaced } = definition;
  const { name, kind: options = kind } = subresource;
  const scope = namespaced ? 'Namespaced' : '';
  const further = path.endsWith('/{path}') ? 'WithPath' : '';
  const what = `${capital(method)}${scope}${kind}${capital(name)}${further}`;
  return {
    path,
    method,
    ...called('connect', what, group, version),
    description: `connect ${method.toUpperCase()} requests to ${name} of ${kind}`,
    action: 'connect',
    kind: { group: subresource.group ?? group, version: subresource.version ?? version, kind: options },
    parameters: [...queryParameters([options]), ...pathParameters(path, options)],
    codes: [200],
    consumes: anyType,
    produces: anyType,
  };
}
