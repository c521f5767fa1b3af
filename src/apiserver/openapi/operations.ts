import type { ResourceDefinition } from '../../apimachinery/contract.ts';
import { StructuralNode } from '../../schema/structural-node.ts';
import { customOperations } from './custom-operations.ts';
import { article } from './names.ts';
import {
  homeOf,
  type Operation,
  operation,
  rootOf,
  type Shape,
  shapes,
  sharedDefinitions,
  watchTypes,
} from './operation.ts';
import { subresourceOperations } from './subresource-operations.ts';

/** Every operation of a resource and its subresources. */
export function operationsOf(definition: ResourceDefinition): readonly Operation[] {
  if (definition.schema.root instanceof StructuralNode) return customOperations(definition);
  const { verbs, subresources } = definition;
  const can = new Set(verbs);
  const home = homeOf(definition, rootOf(definition));
  return [
    ...(can.has('list') ? lists(definition) : []),
    ...(can.has('create') ? [create(definition)] : []),
    ...(can.has('deletecollection') ? [deleteCollection(definition)] : []),
    ...(['get', 'update', 'patch'] as const)
      .filter((verb) => can.has(verb))
      .map((verb) => onOne(definition, shapes[verb])),
    ...(can.has('delete') ? [remove(definition)] : []),
    ...(can.has('watch') ? watches(definition) : []),
    ...Object.values(subresources).flatMap((subresource) =>
      subresourceOperations(definition, subresource, `${home}/{name}/${subresource.name}`),
    ),
  ];
}

function scoped({ namespaced, kind }: ResourceDefinition): string {
  return namespaced ? `Namespaced${kind}` : kind;
}

function lists(definition: ResourceDefinition): Operation[] {
  const { kind, namespaced, resource, verbs, schema } = definition;
  const root = rootOf(definition);
  const isWatched = verbs.includes('watch');
  const list = (path: string, what: string) => ({
    ...operation(definition, shapes.list, {
      path,
      what,
      description: `list ${isWatched ? 'or watch ' : ''}objects of kind ${kind}`,
      answers: `${schema.definitionName}List`,
    }),
    produces: watchTypes,
  });
  const everywhere = namespaced ? [list(`${root}/${resource}`, `${kind}ForAllNamespaces`)] : [];
  return [list(homeOf(definition, root), scoped(definition)), ...everywhere];
}

function create(definition: ResourceDefinition): Operation {
  return operation(definition, shapes.create, {
    path: homeOf(definition, rootOf(definition)),
    what: scoped(definition),
    description: `create${article(definition.kind)}${definition.kind}`,
  });
}

function deleteCollection(definition: ResourceDefinition): Operation {
  return operation(definition, shapes.deletecollection, {
    path: homeOf(definition, rootOf(definition)),
    what: `Collection${scoped(definition)}`,
    description: `delete collection of ${definition.kind}`,
    answers: sharedDefinitions.status,
  });
}

function onOne(definition: ResourceDefinition, shape: Shape): Operation {
  return operation(definition, shape, {
    path: `${homeOf(definition, rootOf(definition))}/{name}`,
    what: scoped(definition),
    description: `${shape.text} the specified ${definition.kind}`,
  });
}

function remove(definition: ResourceDefinition): Operation {
  const { kind, deletion, resource } = definition;
  // A namespace answers with itself, but is told to answer with a Status.
  const answersWithObject = deletion.answersWithObject && resource !== 'namespaces';
  return operation(definition, shapes.delete, {
    path: `${homeOf(definition, rootOf(definition))}/{name}`,
    what: scoped(definition),
    description: `delete${article(kind)}${kind}`,
    ...(!answersWithObject && { answers: sharedDefinitions.status }),
  });
}

const watching: Shape = {
  method: 'get',
  verb: 'watch',
  action: 'watchlist',
  asks: ['list'],
  codes: [200],
  text: 'watch',
};

/** The old paths of watches, which clients are told to leave. */
function watches(definition: ResourceDefinition): Operation[] {
  const { kind, namespaced, resource } = definition;
  const root = `${rootOf(definition)}/watch`;
  const home = homeOf(definition, root);
  const told = "deprecated: use the 'watch' parameter with a list operation instead";
  const watch = (path: string, what: string, one = false) => ({
    ...operation(
      definition,
      { ...watching, ...(one && { action: 'watch' }) },
      {
        path,
        what,
        description: one
          ? `watch changes to an object of kind ${kind}. ${told}, filtered to a single item with the 'fieldSelector' parameter.`
          : `watch individual changes to a list of ${kind}. ${told}.`,
        answers: sharedDefinitions.watchEvent,
      },
    ),
    produces: watchTypes,
  });
  return [
    ...(namespaced ? [watch(`${root}/${resource}`, `${kind}ListForAllNamespaces`)] : []),
    watch(home, `${scoped(definition)}List`),
    ...(definition.verbs.includes('get') ? [watch(`${home}/{name}`, scoped(definition), true)] : []),
  ];
}
