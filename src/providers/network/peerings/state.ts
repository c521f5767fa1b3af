import { parentId, type RecordReader, type ResourceRecord, sameId } from '../../../arm/index.ts';
import type { JsonObject } from '../../../base/index.ts';
import { referenceId } from '../json.ts';
import { networkTypes } from '../references.ts';
import { networkPrefixes } from '../subnets/plan.ts';

export type PeeringState = 'Initiated' | 'Connected' | 'Disconnected';

/** The peering that leads back from the remote network, if there is one. */
export async function reversePeering(
  records: RecordReader,
  localNetworkId: string,
  remoteNetworkId: string,
): Promise<ResourceRecord | undefined> {
  const there = await records.list(remoteNetworkId, networkTypes.peerings);
  return there.find(({ properties }) =>
    sameId(referenceId(properties.remoteVirtualNetwork) ?? '', localNetworkId),
  );
}

/** One side alone is Initiated, both are Connected; a connected one whose other side has gone is Disconnected. */
export async function peeringState(record: ResourceRecord, records: RecordReader): Promise<PeeringState> {
  if (record.properties.peeringState !== 'Connected') return 'Initiated';
  const remote = referenceId(record.properties.remoteVirtualNetwork) ?? '';
  const reverse = await reversePeering(records, parentId(record.id), remote);
  return reverse?.properties.peeringState === 'Connected' ? 'Connected' : 'Disconnected';
}

/** Properties of a peering with its state and the address spaces of both sides as they are now. */
export async function presentPeering(record: ResourceRecord, records: RecordReader): Promise<JsonObject> {
  const state = await peeringState(record, records);
  const remote = await records.get(referenceId(record.properties.remoteVirtualNetwork) ?? '');
  const properties: JsonObject = {
    ...record.properties,
    peeringState: state,
    peeringSyncLevel: state === 'Connected' ? 'FullyInSync' : 'RemoteNotInSync',
  };
  const local = await records.get(parentId(record.id));
  for (const [side, network] of [['local', local] as const, ['remote', remote] as const]) {
    if (!network) continue;
    const space = { addressPrefixes: networkPrefixes(network.properties) };
    properties[`${side}AddressSpace`] = space;
    properties[`${side}VirtualNetworkAddressSpace`] = space;
  }
  return properties;
}

/** True when both networks are one, or peered with both sides connected. */
export async function networksReach(
  records: RecordReader,
  fromNetworkId: string,
  toNetworkId: string,
): Promise<boolean> {
  if (sameId(fromNetworkId, toNetworkId)) return true;
  for (const peering of await records.list(fromNetworkId, networkTypes.peerings)) {
    const leadsThere = sameId(referenceId(peering.properties.remoteVirtualNetwork) ?? '', toNetworkId);
    if (leadsThere && (await peeringState(peering, records)) === 'Connected') return true;
  }
  return false;
}
