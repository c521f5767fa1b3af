import {
  ArmError,
  newEtag,
  parentId,
  parseId,
  type RelatedWrite,
  type ResourceDraft,
  type ResourceRecord,
  type ResourceType,
  type ResourceWrite,
  refusals,
  sameId,
} from '../../../arm/index.ts';
import type { JsonObject } from '../../../base/index.ts';
import { networkName, networkType } from '../declare.ts';
import { propertiesOf, referenceId } from '../json.ts';
import { RangeSet } from '../range-set.ts';
import { demandReferenced, networkTypes } from '../references.ts';
import { conformsTo } from '../shape.ts';
import { networkPrefixes, rangeOf } from '../subnets/plan.ts';
import { refuseUnbuilt } from '../unbuilt.ts';
import { peeringState, presentPeering, reversePeering } from './state.ts';

/**
 * Microsoft.Network/virtualNetworks/virtualNetworkPeerings: one side each; both together connect.
 * Source: https://learn.microsoft.com/rest/api/virtualnetwork/virtual-network-peerings
 */
export const peerings: ResourceType = {
  ...networkType,
  type: 'virtualNetworks/virtualNetworkPeerings',
  scope: 'proxy',
  name: networkName(1, 80),
  verbs: ['get', 'list', 'put', 'delete'],
  conform: conformsTo('peerings'),
  references: [
    {
      path: 'properties.remoteVirtualNetwork.id',
      types: [networkTypes.virtualNetworks],
      permission: 'Microsoft.Network/virtualNetworks/peer/action',
    },
  ],
  prepare: (write) => preparePeering(write),
  present: (record, { records }) => presentPeering(record, records),
};

/** `prefixes`: the local network's as they will be, when it is written in the same request. */
export async function preparePeering(
  write: ResourceWrite,
  prefixes?: readonly string[],
): Promise<Pick<Required<ResourceDraft>, 'properties' | 'related' | 'unchanged' | 'claims'>> {
  const { id, body, stored, context } = write;
  const sent = propertiesOf(body);
  refusePartial(sent);
  const localId = parentId(id);
  const remoteId = referenceId(sent.remoteVirtualNetwork);
  if (remoteId === undefined || !parseId(remoteId)) {
    throw refusals.linkedInvalidPropertyId(remoteId ?? '', 'properties.remoteVirtualNetwork.id');
  }
  const remote = await demandReferenced(context.records, {
    id: remoteId,
    type: networkTypes.virtualNetworks,
    by: id,
  });
  await refusePair(write, { localId, remote, prefixes });
  const reverse = await reversePeering(context.records, localId, remote.id);
  if (reverse && (await peeringState(reverse, context.records)) === 'Disconnected' && !stored) {
    throw refuse(
      'RemotePeeringIsDisconnected',
      `Cannot create or update peering ${id} because remote peering ${reverse.id} referencing parent virtual network ${localId} is in ` +
        'Disconnected state. Update or re-create the remote peering to get it back to Initiated state.',
    );
  }
  const properties: JsonObject = {
    remoteVirtualNetwork: { id: remote.id },
    allowVirtualNetworkAccess: sent.allowVirtualNetworkAccess !== false,
    allowForwardedTraffic: sent.allowForwardedTraffic === true,
    allowGatewayTransit: sent.allowGatewayTransit === true,
    useRemoteGateways: sent.useRemoteGateways === true,
    doNotVerifyRemoteGateways: sent.doNotVerifyRemoteGateways === true,
    peerCompleteVnets: true,
    peeringState: reverse ? 'Connected' : 'Initiated',
    resourceGuid: stored?.properties.resourceGuid ?? context.random.uuid(),
  };
  const related: RelatedWrite[] = reverse ? [{ put: connected(reverse, write) }] : [];
  // Both sides of a pair see each other, and one of two with the same remote network is refused.
  const [one, other] = [localId, remote.id].map((one) => one.toLowerCase()).sort();
  return { properties, related, unchanged: [remote.id], claims: [`peering of ${one} and ${other}`] };
}

/** Whole networks are peered: a peering of some subnets would reach further than it says. */
function refusePartial(sent: JsonObject): void {
  refuseUnbuilt(networkTypes.peerings, sent);
  if (sent.peerCompleteVnets === false) {
    throw refusals.notBuilt("A peering with 'properties.peerCompleteVnets' false");
  }
}

function connected(reverse: ResourceRecord, { context }: ResourceWrite): ResourceRecord {
  return {
    ...reverse,
    properties: { ...reverse.properties, peeringState: 'Connected' },
    etag: newEtag(context.random, reverse.etag),
  };
}

/** A network peers with another one, once, and their addresses do not overlap. */
async function refusePair(
  { id, stored, context }: ResourceWrite,
  pair: {
    readonly localId: string;
    readonly remote: ResourceRecord;
    readonly prefixes: readonly string[] | undefined;
  },
): Promise<void> {
  const { localId, remote } = pair;
  if (sameId(localId, remote.id)) {
    throw refuse(
      'CannotPeerVirtualNetworkWithItself',
      `Virtual network ${localId} cannot be peered with itself.`,
    );
  }
  if (stored && !sameId(referenceId(stored.properties.remoteVirtualNetwork) ?? '', remote.id)) {
    throw refuse(
      'ChangingRemoteVirtualNetworkNotAllowed',
      `The remote virtual network of peering ${id} cannot be changed.`,
    );
  }
  for (const other of await context.records.list(localId, networkTypes.peerings)) {
    const same = sameId(referenceId(other.properties.remoteVirtualNetwork) ?? '', remote.id);
    if (!same || other.id === stored?.id) continue;
    throw refuse(
      'AnotherPeeringAlreadyReferencesRemoteVnet',
      `Cannot create or update peering ${id} because peering ${other.id} already references remote virtual network ${remote.id}.`,
    );
  }
  const local = await context.records.get(localId);
  const ours = (pair.prefixes ?? networkPrefixes(local?.properties ?? {})).map((prefix) =>
    rangeOf(prefix, localId),
  );
  const theirs = new RangeSet(networkPrefixes(remote.properties).map((prefix) => rangeOf(prefix, remote.id)));
  for (const range of ours) {
    const other = theirs.overlapping(range);
    if (!other) continue;
    throw refuse(
      'VnetAddressSpacesOverlap',
      `Cannot create or update peering ${id}. Virtual networks ${localId} and ${remote.id} cannot be peered because their address ` +
        `spaces overlap. Overlapping address prefixes: ${range.text}, ${other.text}`,
    );
  }
}

function refuse(code: string, message: string): ArmError {
  return new ArmError(400, code, message);
}
