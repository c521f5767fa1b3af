import type {
  ResourceDefinition,
  SubresourceDefinition,
  TableColumn,
  TableColumns,
} from '../apimachinery/contract.ts';
import { packagePrefixOf, readData, typeNameIn } from './catalog.ts';
import { cellsFor } from './columns/index.ts';
import { rulesFor } from './rules/index.ts';
import { objectNode } from './schema-node.ts';
import { fieldSelectorsFor } from './selectable.ts';
import { builtinStrategy } from './strategy.ts';
import { withVersions } from './versions.ts';
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
  /** `get patch update`, or with `-> group/version/Kind` when the body is of another kind. */
  readonly subresources?: Readonly<Record<string, string>>;
  /** `Name`, or `Name|type|format|priority`. */
  readonly columns?: readonly string[];
}

const allVerbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

let built: readonly ResourceDefinition[] | undefined;

/** Every built-in resource in every version, in the order of discovery. Made once; shared by all clusters. */
export function builtinResources(): readonly ResourceDefinition[] {
  // The file is ours and checked by a test: its shape is known.
  built ??= withVersions((readData('resources') as readonly ResourceData[]).map(define));
  return built;
}

function define(data: ResourceData): ResourceDefinition {
  const { group, version, resource, kind } = data;
  const subresources = subresourcesOf(data.subresources ?? {});
  const type = typeNameIn(group, version, kind);
  return {
    group,
    version,
    resource,
    kind,
    singular: kind.toLowerCase(),
    listKind: `${kind}List`,
    namespaced: !data.cluster,
    verbs: data.verbs?.split(' ') ?? allVerbs,
    shortNames: data.short ?? [],
    categories: data.categories ?? [],
    storageVersion: version,
    subresources,
    schema: {
      definitionName: `${packagePrefixOf(group, version)}.${kind}`,
      get root() {
        return objectNode(type);
      },
    },
    columns: columnsOf(data),
    selectableFields: fieldSelectorsFor(group, version, resource),
    ...deprecationOf(group, kind),
    hasGeneration: kindsWithGeneration.has(`${group}/${kind}`),
    createOnUpdate: kindsCreatedOnUpdate.has(`${group}/${kind}`),
    strategy: builtinStrategy({
      type,
      namespaced: !data.cluster,
      hasStatus: 'status' in subresources,
      rules: rulesFor(group, kind),
      warnings: warningsFor(group, kind),
    }),
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

/** Kinds that have another one in their place, told of whatever is done with them. */
const deprecated: Readonly<Record<string, string | undefined>> = {
  '/ComponentStatus': 'v1 ComponentStatus is deprecated in v1.19+',
  '/Endpoints': 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
};

function deprecationOf(group: string, kind: string): Pick<ResourceDefinition, 'deprecation'> {
  const deprecation = deprecated[`${group}/${kind}`];
  return deprecation === undefined ? {} : { deprecation };
}

const defaultColumns = ['Name|string|name|0', 'Created At|date||0'];

function columnsOf({ group, version, resource, columns = defaultColumns }: ResourceData): TableColumns {
  const cells = cellsFor(group, version, resource);
  return {
    definitions: columns.map(columnOf),
    cells: (object) => cells(object, 0),
  };
}

function columnOf(text: string): TableColumn {
  const [name = '', type = 'string', format = '', priority = '0'] = text.split('|');
  return { name, type, format, description: '', priority: Number(priority) };
}

const kindsWithGeneration = new Set([
  '/Pod',
  '/PodTemplate',
  '/ReplicationController',
  'admissionregistration.k8s.io/MutatingWebhookConfiguration',
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy',
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding',
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
  'apiextensions.k8s.io/CustomResourceDefinition',
  'apps/DaemonSet',
  'apps/Deployment',
  'apps/ReplicaSet',
  'apps/StatefulSet',
  'batch/CronJob',
  'batch/Job',
  'discovery.k8s.io/EndpointSlice',
  'flowcontrol.apiserver.k8s.io/FlowSchema',
  'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration',
  'networking.k8s.io/Ingress',
  'networking.k8s.io/IngressClass',
  'networking.k8s.io/NetworkPolicy',
  'policy/PodDisruptionBudget',
  'resource.k8s.io/DeviceClass',
  'resource.k8s.io/ResourceSlice',
  'scheduling.k8s.io/PriorityClass',
]);

const kindsCreatedOnUpdate = new Set([
  '/Endpoints',
  '/Event',
  '/LimitRange',
  '/Service',
  'coordination.k8s.io/Lease',
  'events.k8s.io/Event',
  'node.k8s.io/RuntimeClass',
  'rbac.authorization.k8s.io/ClusterRole',
  'rbac.authorization.k8s.io/ClusterRoleBinding',
  'rbac.authorization.k8s.io/Role',
  'rbac.authorization.k8s.io/RoleBinding',
]);
