import type {
  AdmissionTarget,
  AdmittedWrite,
  ClusterAdmission,
  ClusterView,
} from '../../apimachinery/cluster-admission.ts';
import { readMetadata, textOf } from '../../apimachinery/metadata.ts';
import type { AdmissionRequest, AdmissionStep, ClusterParts } from '../call/call.ts';
import type { Collection } from '../storage/collection.ts';
import { namespacePrefix, objectKey } from '../storage/keys.ts';
import type { ServedResource } from '../storage/served-resource.ts';

/** The rules that a cluster was started with, as a step. */
export function handedIn(admission: ClusterAdmission): AdmissionStep {
  const concerns = ({ call, namespace }: AdmissionRequest) =>
    admission.concerns({
      group: call.resource.definition.group,
      resource: call.resource.definition.resource,
      namespace,
    });
  return {
    name: admission.name,
    concerns: 'all',
    mutate(request) {
      if (concerns(request)) admission.mutate(writeOf(request));
    },
    validate(request) {
      if (concerns(request)) return admission.validate(writeOf(request), viewOf(request.parts));
    },
  };
}

const operations = { create: 'CREATE', update: 'UPDATE', delete: 'DELETE' } as const;

function writeOf({ call, operation, namespace, object, old }: AdmissionRequest): AdmittedWrite {
  const { group, version, kind, resource, subresources } = call.resource.definition;
  const subresource = call.askedAs ?? call.subresource;
  const own = subresource === '' ? undefined : subresources[subresource];
  return {
    operation: operations[operation],
    group,
    resource,
    namespace,
    requested: {
      group: own?.kind === undefined ? group : (own.group ?? group),
      version: own?.kind === undefined ? version : (own.version ?? version),
      kind: own?.kind ?? kind,
    },
    subresource,
    name: textOf(readMetadata(object ?? old ?? {})['name']),
    user: call.user,
    object,
    old,
  };
}

function viewOf({ resources, storage }: ClusterParts): ClusterView {
  const held = async (target: AdmissionTarget): Promise<Held | undefined> => {
    const resource = resources
      .all()
      .find(({ definition }) => definition.group === target.group && definition.resource === target.resource);
    return resource && { resource, collection: await storage.collection(resource) };
  };
  return {
    async find(target, name) {
      const found = await held(target);
      return found?.collection.get(objectKey(target.namespace, name))?.peek(found.resource);
    },
    async list(target) {
      const found = await held(target);
      if (!found) return [];
      const objects = found.collection.scan(namespacePrefix(target.namespace));
      return [...objects].map((object) => object.peek(found.resource));
    },
    kind: (group, version, kind) => resources.findKind(group, version, kind)?.definition,
  };
}

interface Held {
  readonly resource: ServedResource;
  readonly collection: Collection;
}
