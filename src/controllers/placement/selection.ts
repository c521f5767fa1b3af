import type { KubeObject, ListOptions } from '../../apimachinery/client.ts';
import { defineKind, isNotFound, type Kind } from '../../apimachinery/kinds.ts';
import { matchesLabels } from '../../apimachinery/selectors/label-selector.ts';
import type { Placement, ResourceSelector } from '../kinds/placement.ts';
import { isPlaceable } from '../shared/placeable.ts';
import type { PlacementContext } from './context.ts';
import {
  comesWithNamespace,
  compareResources,
  isMadeByCluster,
  isReservedNamespace,
  sanitize,
} from './propagation-rules.ts';

/** The selectors ask for something that cannot be: only a change of the placement helps. */
export class SelectionError extends Error {}

/** What a placement places, sanitized and in the order in which it is applied. */
export async function selectResources(
  placement: Placement,
  context: PlacementContext,
): Promise<readonly KubeObject[]> {
  const { resourceSelectors: selectors } = placement.spec;
  const space = placement.metadata.namespace;
  const chosen = space ? undefined : await namespaceWithSelectors(placement, context);
  const found: KubeObject[] = [];
  for (const selector of selectors) {
    found.push(...(await select(selector, { placement, namespace: space ?? chosen, context })));
  }
  refuseDuplicates(found);
  return found.sort(compareResources).map(sanitize);
}

interface Selecting {
  readonly placement: Placement;
  /** Where namespaced kinds are looked for; undefined: they may not be selected. */
  readonly namespace: string | undefined;
  readonly context: PlacementContext;
}

function isCoreNamespace({ group, version, kind }: ResourceSelector): boolean {
  return group === '' && version === 'v1' && kind === 'Namespace';
}

/** The namespace inside which the other selectors of a cluster-scoped placement are evaluated. */
async function namespaceWithSelectors(
  placement: Placement,
  context: PlacementContext,
): Promise<string | undefined> {
  const selector = placement.spec.resourceSelectors.find(
    (each) => isCoreNamespace(each) && each.selectionScope === 'NamespaceWithResourceSelectors',
  );
  if (!selector) return undefined;
  const name = placement.metadata.name;
  const { items } = await context.client.cluster.list(kindOf(selector, 'Cluster'), named(selector.name));
  if (!selector.name || items.length === 0) {
    throw new SelectionError(
      `invalid clusterResourcePlacement ${name}: NamespaceWithResourceSelectors mode requires exactly one namespace, but no namespaces were selected`,
    );
  }
  if (isReservedNamespace(selector.name)) throw notAllowed(placement, selector.name);
  return selector.name;
}

function notAllowed(placement: Placement, namespace: string): SelectionError {
  // The misspelling is upstream's.
  return new SelectionError(
    `invalid clusterRresourcePlacement ${placement.metadata.name}: namespace ${namespace} is not allowed to propagate`,
  );
}

function kindOf(
  { group, version, kind }: ResourceSelector,
  scope: 'Cluster' | 'Namespaced',
  resource = 'namespaces',
) {
  return defineKind<KubeObject>(group ? `${group}/${version}` : version, kind, resource, scope);
}

function named(name: string | undefined): ListOptions {
  return name ? { fieldSelector: `metadata.name=${name}` } : {};
}

async function select(selector: ResourceSelector, selecting: Selecting): Promise<KubeObject[]> {
  const { context, namespace, placement } = selecting;
  if (isCoreNamespace(selector) && !placement.metadata.namespace)
    return selectNamespaces(selector, selecting);
  const { group, version, kind } = selector;
  const served = await context.served.find(group ? `${group}/${version}` : version, kind);
  if (!served) {
    throw new SelectionError(
      `no matches for kind "${kind}" in version "${group ? `${group}/` : ''}${version}"`,
    );
  }
  if (!isPlaceable(selector)) return [];
  if (served.namespaced && namespace === undefined) {
    throw new SelectionError(
      `the resource ${kind} is namespaced: select its namespace, or use a ResourcePlacement`,
    );
  }
  if (!served.namespaced && placement.metadata.namespace) {
    throw new SelectionError(`the resource ${kind} is not namespaced: use a ClusterResourcePlacement`);
  }
  const wanted = kindOf(selector, served.namespaced ? 'Namespaced' : 'Cluster', served.resource);
  const where = served.namespaced && namespace !== undefined ? { namespace } : {};
  return listMatching(wanted, selector, { ...where, context });
}

async function listMatching(
  kind: Kind<KubeObject>,
  selector: ResourceSelector,
  { namespace, context }: { readonly namespace?: string; readonly context: PlacementContext },
): Promise<KubeObject[]> {
  const where = namespace === undefined ? {} : { namespace };
  const { items } = await context.client.cluster.list(kind, { ...where, ...named(selector.name) });
  const { labelSelector } = selector;
  const matching = items.filter(
    ({ metadata }) =>
      !metadata.deletionTimestamp && (!labelSelector || matchesLabels(labelSelector, metadata.labels)),
  );
  const services = await servicesFor(matching, context);
  return matching.filter(
    (object) => !isMadeByCluster(object, (name) => services.has(`${namespace}/${name}`)),
  );
}

/** Endpoints are left out when a service of their name makes them. */
async function servicesFor(
  list: readonly KubeObject[],
  context: PlacementContext,
): Promise<ReadonlySet<string>> {
  const namespace = list.find(({ kind }) => kind === 'Endpoints')?.metadata.namespace;
  if (namespace === undefined) return new Set();
  const services = defineKind<KubeObject>('v1', 'Service', 'services');
  const { items } = await context.client.cluster.list(services, { namespace });
  return new Set(items.map(({ metadata }) => `${namespace}/${metadata.name}`));
}

async function selectNamespaces(selector: ResourceSelector, selecting: Selecting): Promise<KubeObject[]> {
  const { context, placement } = selecting;
  const spaces = await listMatching(kindOf(selector, 'Cluster'), selector, { context });
  if ((selector.selectionScope ?? 'NamespaceWithResources') !== 'NamespaceWithResources') return spaces;
  const found: KubeObject[] = [];
  for (const space of spaces) {
    const { name = '' } = space.metadata;
    if (isReservedNamespace(name)) throw notAllowed(placement, name);
    found.push(space, ...(await contentOf(name, context)));
  }
  return found;
}

async function contentOf(namespace: string, context: PlacementContext): Promise<KubeObject[]> {
  const kinds = (await context.served.all()).filter(comesWithNamespace);
  const everything = { group: '', version: '', kind: '' };
  const lists = await Promise.all(
    kinds.map(async (kind) => {
      try {
        return await listMatching(kind, everything, { namespace, context });
      } catch (thrown) {
        // A custom kind may go between being discovered and being listed.
        if (isNotFound(thrown)) return [];
        throw thrown;
      }
    }),
  );
  return lists.flat();
}

function refuseDuplicates(found: readonly KubeObject[]): void {
  const seen = new Set<string>();
  for (const { apiVersion, kind, metadata } of found) {
    const { namespace = '', name = '' } = metadata;
    const identity = `${apiVersion}, Kind=${kind} ${namespace}/${name}`;
    if (seen.has(identity)) throw new SelectionError(`found duplicate resource ${identity}`);
    seen.add(identity);
  }
}
