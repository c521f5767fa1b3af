import { type ResourceType, type ResourceWrite, refusals } from '../../../arm/index.ts';
import type { JsonObject } from '../../../base/index.ts';
import { joins } from '../../references.ts';
import { networkName, networkType } from '../declare.ts';
import { objectAt, objectsAt, oneOf, propertiesOf, referenceId } from '../json.ts';
import { demandReferenced, networkTypes } from '../references.ts';
import { conformsTo } from '../shape.ts';
import {
  type BastionSku,
  bastionSkus,
  readConfiguration,
  readFeatures,
  readScaleUnits,
  refuseDowngrade,
} from './validate.ts';

/** Where Bastion hosts answer. */
export interface BastionSettings {
  /** Host name (and port) of a host's data plane, by its resource id: the `dnsName` that clients connect to. */
  bastionEndpoint(id: string): string;
}

/**
 * Microsoft.Network/bastionHosts.
 * Source: https://learn.microsoft.com/azure/bastion/configuration-settings
 */
export function bastionHosts(settings: BastionSettings): ResourceType {
  return {
    ...networkType,
    type: 'bastionHosts',
    scope: 'tracked',
    name: networkName(1, 80),
    envelope: ['sku', 'zones'],
    patchable: ['tags'],
    conform: conformsTo('bastionHosts'),
    references: [
      joins('properties.ipConfigurations[].properties.subnet.id', networkTypes.subnets),
      joins('properties.ipConfigurations[].properties.publicIPAddress.id', networkTypes.publicIpAddresses),
      joins('properties.virtualNetwork.id', networkTypes.virtualNetworks),
    ],
    prepare: prepareHost,
    present: ({ id, properties }) => ({ ...properties, dnsName: settings.bastionEndpoint(id) }),
  };
}

async function prepareHost(write: ResourceWrite) {
  const { body, stored } = write;
  if (write.verb === 'patch') {
    return { properties: stored?.properties ?? {}, ...(stored?.sku !== undefined && { sku: stored.sku }) };
  }
  const sent = propertiesOf(body);
  const sku = oneOf<BastionSku>(objectAt(body.sku).name, {
    words: bastionSkus,
    default: 'Standard',
    path: 'sku.name',
  });
  refuseDowngrade(stored, sku);
  const features = readFeatures(sent, sku);
  const scaleUnits = readScaleUnits(sent, sku);
  const placed =
    sku === 'Developer'
      ? await placeDeveloper(write)
      : await placeHost(write, features.enablePrivateOnlyBastion === true);
  const networkAcls = sent.networkAcls === undefined ? {} : { networkAcls: sent.networkAcls };
  const properties: JsonObject = { ...placed.properties, scaleUnits, ...features, ...networkAcls };
  const claims = placed.dependsOn.map((id) => `Bastion host at ${id}`);
  return { properties, sku: { name: sku }, unchanged: placed.dependsOn, claims };
}

async function placeHost(write: ResourceWrite, privateOnly: boolean) {
  const { configuration, dependsOn } = await readConfiguration(write, { privateOnly });
  return { properties: { ipConfigurations: [configuration] }, dependsOn };
}

/** A Developer host shares its gateway: it names a network instead of standing in a subnet. */
async function placeDeveloper(write: ResourceWrite) {
  const sent = propertiesOf(write.body);
  const id = referenceId(sent.virtualNetwork);
  if (id === undefined || objectsAt(sent.ipConfigurations).length > 0) {
    throw refusals.invalidParameter(
      'properties.virtualNetwork',
      'a Bastion host of the Developer sku names a virtual network and has no IP configurations',
    );
  }
  const network = await demandReferenced(write.context.records, {
    id,
    type: networkTypes.virtualNetworks,
    by: write.id,
  });
  return { properties: { virtualNetwork: { id: network.id } }, dependsOn: [network.id] };
}
