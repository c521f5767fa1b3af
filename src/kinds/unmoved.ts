import type { BuiltInKind, KindColumns, KindQuirks, KindVersion } from './built-in-kind.ts';
import { readData } from './catalog.ts';
import { cellsFor } from './columns/index.ts';
import { rulesFor } from './rules/index.ts';
import { fieldSelectorsFor } from './selectable.ts';
import { versionFacts } from './versions.ts';
import { warningsFor } from './warnings/index.ts';

/** One entry of `data/resources.json`; what is left out is as with most kinds. */
interface ResourceData {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly kind: string;
  readonly cluster?: boolean;
  readonly verbs?: string;
  readonly short?: readonly string[];
  readonly categories?: readonly string[];
  readonly subresources?: Readonly<Record<string, string>>;
  readonly columns?: readonly string[];
}

/** The kinds of a group that have no file of their own yet: what is known of them stands by subject. */
export function unmoved(group: string): readonly BuiltInKind[] {
  // The file is ours and checked by a test: its shape is known.
  const all = (readData('resources') as readonly ResourceData[]).filter((data) => data.group === group);
  const first = all.filter(({ kind }, place) => all.findIndex((data) => data.kind === kind) === place);
  return first.map((data) => ({
    group,
    versions: all.filter(({ kind }) => kind === data.kind).map(versionOf),
    resource: data.resource,
    kind: data.kind,
    scope: data.cluster ? 'Cluster' : 'Namespaced',
    ...(data.verbs && { verbs: data.verbs.split(' ') }),
    ...(data.short && { shortNames: data.short }),
    ...(data.categories && { categories: data.categories }),
    ...(data.subresources && { subresources: data.subresources }),
    selectable: fieldSelectorsFor(group, data.version, data.resource),
    ...deprecationOf(group, data.kind),
    ...versionFacts.storageOf(group),
    quirks: quirksOf(group, data.kind),
    ...rulesFor(group, data.kind),
    warnings: warningsFor(group, data.kind),
  }));
}

function versionOf(data: ResourceData): KindVersion {
  const conversion = versionFacts.conversionOf(data.group);
  return { version: data.version, columns: columnsOf(data), ...(conversion && { conversion }) };
}

function columnsOf({ group, version, resource, columns }: ResourceData): KindColumns {
  const definitions = columns ?? ['Name|string|name|0', 'Created At|date||0'];
  return { definitions, cells: cellsFor(group, version, resource) };
}

function quirksOf(group: string, kind: string): KindQuirks {
  return {
    hasGeneration: kindsWithGeneration.has(`${group}/${kind}`),
    createOnUpdate: kindsCreatedOnUpdate.has(`${group}/${kind}`),
    keepsStatusOnCreate: kind === 'Node',
  };
}

/** Kinds that have another one in their place, told of whatever is done with them. */
const deprecated: Readonly<Record<string, string | undefined>> = {
  '/ComponentStatus': 'v1 ComponentStatus is deprecated in v1.19+',
  '/Endpoints': 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
};

function deprecationOf(group: string, kind: string): Pick<BuiltInKind, 'deprecation'> {
  const deprecation = deprecated[`${group}/${kind}`];
  return deprecation === undefined ? {} : { deprecation };
}

const kindsWithGeneration = new Set(['/Pod', '/PodTemplate', '/ReplicationController']);

const kindsCreatedOnUpdate = new Set([
  '/Endpoints',
  '/Event',
  '/LimitRange',
  '/Service',
  'events.k8s.io/Event',
]);
