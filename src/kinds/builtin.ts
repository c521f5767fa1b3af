import type {
  ResourceDefinition,
  SubresourceDefinition,
  TableColumn,
  TableColumns,
} from '../apimachinery/contract.ts';
import { textAt } from '../apimachinery/read.ts';
import { builtInKinds } from './all.ts';
import type { BuiltInKind, KindColumns, KindVersion } from './built-in-kind.ts';
import { packagePrefixOf, typeNameIn } from './catalog.ts';
import { objectNode } from './schema-node.ts';
import { builtinStrategy } from './strategy.ts';

const allVerbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

/** What `kubectl get` shows of kinds that do not say; it prints the time as it stands. */
const nameAndCreated: KindColumns = {
  definitions: ['Name|string|name|0', 'Created At|date||0'],
  cells: (object) => [
    textAt(object, 'metadata', 'name'),
    textAt(object, 'metadata', 'creationTimestamp') || null,
  ],
};

/** A built-in resource in one of its versions. */
export interface BuiltInResource {
  readonly definition: ResourceDefinition;
  /** Served only by those who are told to. */
  readonly isOff: boolean;
}

let built: readonly BuiltInResource[] | undefined;
let usual: readonly ResourceDefinition[] | undefined;

/** Every built-in resource in every version, in the order of discovery. Made once; shared by all clusters. */
export function allBuiltinResources(): readonly BuiltInResource[] {
  built ??= builtInKinds.flatMap((kind) =>
    kind.versions.map((version) => ({ definition: define(kind, version), isOff: version.isOff === true })),
  );
  return built;
}

/** Those that are served when nobody says otherwise. */
export function builtinResources(): readonly ResourceDefinition[] {
  usual ??= allBuiltinResources().flatMap(({ definition, isOff }) => (isOff ? [] : [definition]));
  return usual;
}

function define(kind: BuiltInKind, { version, columns, conversion }: KindVersion): ResourceDefinition {
  const { group, resource, kind: name } = kind;
  const subresources = subresourcesOf(kind.subresources ?? {});
  const type = typeNameIn(group, version, name);
  return {
    group,
    version,
    resource,
    kind: name,
    singular: name.toLowerCase(),
    listKind: `${name}List`,
    namespaced: kind.scope === 'Namespaced',
    verbs: kind.verbs ?? allVerbs,
    shortNames: kind.shortNames ?? [],
    categories: kind.categories ?? [],
    storageVersion: kind.storage?.version ?? kind.versions[0]?.version ?? version,
    ...(kind.storage && { storageGroup: kind.storage.group }),
    ...(conversion && { conversion }),
    subresources,
    schema: {
      definitionName: `${packagePrefixOf(group, version)}.${name}`,
      get root() {
        return objectNode(type);
      },
    },
    columns: tableOf(columns ?? kind.columns ?? nameAndCreated),
    selectableFields: kind.selectable ?? {},
    ...(kind.deprecation !== undefined && { deprecation: kind.deprecation }),
    ...(kind.unselectable && { unselectable: kind.unselectable }),
    ...(kind.registryFolder !== undefined && { registryFolder: kind.registryFolder }),
    quirks: kind.quirks ?? {},
    deletion: kind.deletion ?? {},
    strategy: builtinStrategy({ type, hasStatus: 'status' in subresources, kind }),
  };
}

function subresourcesOf(lines: Readonly<Record<string, string>>): Record<string, SubresourceDefinition> {
  const subresources: Record<string, SubresourceDefinition> = {};
  for (const [name, line] of Object.entries(lines)) {
    const [verbs = '', body] = line.split(' -> ');
    const [group = '', version = '', kind = ''] = body?.split('/') ?? [];
    subresources[name] = {
      name,
      verbs: verbs.split(' '),
      ...(body !== undefined && { kind }),
      ...(body !== undefined && version !== '' && { group, version }),
    };
  }
  return subresources;
}

function tableOf({ definitions, cells }: KindColumns): TableColumns {
  return { definitions: definitions.map(columnOf), cells };
}

function columnOf(text: string): TableColumn {
  const [name = '', type = 'string', format = '', priority = '0'] = text.split('|');
  return { name, type, format, description: '', priority: Number(priority) };
}
