import type { JsonObject } from '../../../../../base/index.ts';
import { defineCommand, type Values } from '../../../declaration.ts';
import {
  boolean,
  integer,
  list,
  location,
  noWaitOptional,
  required,
  resourceGroup,
  shorthandTags,
  text,
  textOr,
} from '../../../declare/flags.ts';
import { putResource } from '../../../declare/verbs.ts';
import { AzError } from '../../../errors.ts';
import { locationOrGroups } from '../../../shape/location.ts';
import { idOf } from '../../../shape/references.ts';
import { bastion } from './noun.ts';

const defaultScaleUnits = 2;
const falseByDefault = { defaultText: 'False' };

/** Switches of a Bastion host; create sends all of them. */
const switches = {
  disableCopyPaste: boolean('--disable-copy-paste', 'Forbid copy and paste.', falseByDefault),
  enableFileCopy: boolean('--file-copy', 'Allow copying of files.', falseByDefault),
  enableIpConnect: boolean('--enable-ip-connect', 'Allow targets given by their IP address.', falseByDefault),
  enableKerberos: boolean('--kerberos', 'Allow Kerberos.', falseByDefault),
  enableSessionRecording: boolean('--session-recording', 'Record sessions.', falseByDefault),
  enableShareableLink: boolean('--shareable-link', 'Allow shareable links.', falseByDefault),
  enableTunneling: boolean(
    '--enable-tunneling',
    'Allow native clients: ssh, rdp and tunnel.',
    falseByDefault,
  ),
} as const;

const flags = {
  name: required('--name -n', 'Name of the Bastion host.'),
  resourceGroup: resourceGroup(),
  vnetName: required(
    '--vnet-name',
    'Name or ID of the virtual network; it must have a subnet AzureBastionSubnet.',
  ),
  publicIp: text('--public-ip-address', 'Name or ID of a public IP address.'),
  sku: textOr('--sku', 'SKU of the Bastion host.', 'Standard', {
    choices: ['Basic', 'Developer', 'Premium', 'Standard'],
  }),
  location: location(),
  tags: shorthandTags(),
  zones: list('--zones -z', 'Availability zones.'),
  ...switches,
  scaleUnits: integer('--scale-units', 'Scale units, 2 to 50.', { defaultText: String(defaultScaleUnits) }),
  aclIps: text('--network-acls-ips', 'Blank-separated address prefixes that may connect (Developer).'),
  noWait: noWaitOptional(),
} as const;

/** `az network bastion create`. */
export const command = defineCommand({
  words: 'network bastion create',
  summary: 'Create a Bastion host.',
  flags,
  examples: [
    {
      text: 'Create a Bastion host that native clients can tunnel through.',
      command:
        'az network bastion create -g MyResourceGroup -n MyBastion --vnet-name MyVnet --public-ip-address MyIp --sku Standard --enable-tunneling true',
    },
  ],
  async run(call) {
    const given = call.flags;
    if (given.scaleUnits !== undefined && (given.scaleUnits < 2 || given.scaleUnits > 50)) {
      throw new AzError(
        `Invalid format: '--scale-units': invalid value '${given.scaleUnits}': it must be between 2 and 50`,
      );
    }
    const { session } = call;
    const idIn = (typed: string, type: string) =>
      idOf(session, { typed, resourceGroup: given.resourceGroup, type });
    const network = idIn(given.vnetName, 'Microsoft.Network/virtualNetworks');
    const address = given.publicIp && idIn(given.publicIp, 'Microsoft.Network/publicIPAddresses');
    return putResource(bastion, call, {
      location: await locationOrGroups(session, given.location, given.resourceGroup),
      properties:
        given.sku === 'Developer' ? developerProperties(given, network) : properties(given, network, address),
      sku: { name: given.sku },
      tags: given.tags ?? {},
      ...(given.zones ? { zones: given.zones } : {}),
    });
  },
});

type Given = Values<typeof flags>;

function developerProperties(given: Given, network: string): JsonObject {
  const rules = (given.aclIps ?? '').split(/\s+/).filter((prefix) => prefix !== '');
  return {
    virtualNetwork: { id: network },
    networkAcls: { ipRules: rules.map((addressPrefix) => ({ addressPrefix })) },
  };
}

function properties(given: Given, network: string, address: string | undefined): JsonObject {
  return {
    disableCopyPaste: given.disableCopyPaste ?? false,
    enableFileCopy: given.enableFileCopy ?? false,
    enableIpConnect: given.enableIpConnect ?? false,
    enableKerberos: given.enableKerberos ?? false,
    enableSessionRecording: given.enableSessionRecording ?? false,
    enableShareableLink: given.enableShareableLink ?? false,
    enableTunneling: given.enableTunneling ?? false,
    scaleUnits: given.scaleUnits ?? defaultScaleUnits,
    ipConfigurations: [
      {
        name: 'bastion_ip_config',
        properties: {
          publicIPAddress: address ? { id: address } : {},
          subnet: { id: `${network}/subnets/AzureBastionSubnet` },
        },
      },
    ],
  };
}
