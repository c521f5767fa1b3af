import { cloneJson } from '../../apimachinery/clone.ts';
import { metadataOf, readMetadata, splitApiVersion } from '../../apimachinery/metadata.ts';
import type { JsonObject } from '../../base/index.ts';
import { resetFieldsOf, serverSideApply, trackUpdate, type VersionView } from '../../merge/index.ts';
import type { Call, ClusterParts } from '../call/call.ts';
import type { ServedResource } from '../storage/served-resource.ts';

/** Longest field manager name. */
const managerNameCharacters = 128;

/** An empty list of managed fields asks to forget them all; what brings an object to its stored form would drop it. */
export function keepingReset(object: JsonObject, normalizing: () => void): void {
  const sent = readMetadata(object)['managedFields'];
  normalizing();
  if (Array.isArray(sent) && sent.length === 0) metadataOf(object)['managedFields'] = sent;
}

/** Records in `after` who owns what after a create, update or non-apply patch. */
export function trackWrite(
  parts: ClusterParts,
  call: Call,
  { before, after }: { before: JsonObject | undefined; after: JsonObject },
): void {
  const { definition, apiVersion } = call.resource;
  trackUpdate({
    before,
    blank: before ? undefined : definition.strategy.blank?.(),
    after,
    manager: managerOf(call),
    apiVersion,
    subresource: call.subresource,
    nowMs: parts.clock.now(),
    schema: definition.schema.root,
    resetFields: resetFieldsOf(definition, call.subresource),
    versions: versionsOf(parts, call),
  });
}

/** What the server itself changes of an object, while it writes another one. Returns the object with its managed fields. */
export function trackOwnWrite(
  parts: ClusterParts,
  resource: ServedResource,
  { before, after, subresource }: { before: JsonObject; after: JsonObject; subresource: string },
): JsonObject {
  const { definition, apiVersion } = resource;
  const tracked = { ...after, metadata: { ...readMetadata(after) } };
  trackUpdate({
    before,
    blank: undefined,
    after: tracked,
    manager: 'kube-apiserver',
    apiVersion,
    subresource,
    nowMs: parts.clock.now(),
    schema: definition.schema.root,
    resetFields: resetFieldsOf(definition, subresource),
    versions: versionsOf(parts, { resource }),
  });
  return tracked;
}

/** Server-side apply of `config` on `live`; the result carries its managed fields. */
export function applyConfiguration(
  parts: ClusterParts,
  call: Call,
  { live, config }: { live: JsonObject | undefined; config: JsonObject },
): JsonObject {
  const { definition, apiVersion } = call.resource;
  const { object } = serverSideApply({
    live,
    blank: definition.strategy.blank?.(),
    config,
    manager: call.options.fieldManager,
    force: call.options.force === true,
    apiVersion,
    kind: definition.kind,
    subresource: call.subresource,
    nowMs: parts.clock.now(),
    schema: definition.schema.root,
    resetFields: resetFieldsOf(definition, call.subresource),
    versions: versionsOf(parts, call),
  });
  return object;
}

/** The name given, else the first part of the user agent, as client programs call themselves. */
function managerOf({ options, userAgent }: Call): string {
  if (options.fieldManager !== '') return options.fieldManager;
  const [program = ''] = userAgent.split('/');
  return program.slice(0, managerNameCharacters) || 'unknown';
}

function versionsOf(parts: ClusterParts, call: Pick<Call, 'resource'>): VersionView {
  return (apiVersion) => {
    const [group, version] = splitApiVersion(apiVersion);
    const served = parts.resources.find(group, version, call.resource.definition.resource);
    if (!served) return undefined;
    return {
      schema: served.definition.schema.root,
      convert: (object) => {
        if (!served.definition.conversion && !call.resource.definition.conversion) {
          return { ...object, apiVersion };
        }
        const converted = cloneJson(object);
        call.resource.definition.conversion?.toStorage(converted);
        served.definition.conversion?.fromStorage(converted);
        converted['apiVersion'] = apiVersion;
        return converted;
      },
    };
  };
}
