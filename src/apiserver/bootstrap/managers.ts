import { metadataOf } from '../../apimachinery/metadata.ts';
import { type JsonObject, rfc3339Seconds } from '../../base/index.ts';
import { resetFieldsOf, trackUpdate } from '../../merge/index.ts';
import type { ClusterParts } from '../call/call.ts';
import type { ServedResource } from '../storage/served-resource.ts';
import { configurationConsumer, configurationProducer, flowControlGroup } from './flow-control.ts';

/** Of flow control it is said who wrote what, as these objects are kept in step later: others' changes of them stay theirs. */
export function withManagers(
  { clock }: ClusterParts,
  served: ServedResource,
  object: JsonObject,
): JsonObject {
  const { definition, apiVersion } = served;
  if (definition.group !== flowControlGroup) return object;
  trackUpdate({
    before: undefined,
    blank: definition.strategy.blank?.(),
    after: object,
    manager: configurationProducer,
    apiVersion,
    subresource: '',
    nowMs: clock.now(),
    schema: definition.schema.root,
    resetFields: resetFieldsOf(definition, ''),
  });
  if (definition.kind !== 'FlowSchema') return object;
  const metadata = metadataOf(object);
  const { managedFields } = metadata;
  const own = Array.isArray(managedFields) ? managedFields : [];
  metadata['managedFields'] = [ownedCondition(apiVersion, rfc3339Seconds(clock.now())), ...own];
  return object;
}

function ownedCondition(apiVersion: string, time: string): JsonObject {
  const members = ['lastTransitionTime', 'message', 'reason', 'status', 'type'];
  const fields = Object.fromEntries(['.', ...members.map((name) => `f:${name}`)].map((name) => [name, {}]));
  return {
    manager: configurationConsumer,
    operation: 'Apply',
    apiVersion,
    time,
    fieldsType: 'FieldsV1',
    fieldsV1: { 'f:status': { 'f:conditions': { 'k:{"type":"Dangling"}': fields } } },
    subresource: 'status',
  };
}
