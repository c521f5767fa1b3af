import type { JsonObject } from '../../../../../base/index.ts';
import { defineCommand } from '../../../declaration.ts';
import {
  integer,
  list,
  location,
  required,
  resourceGroup,
  tags,
  text,
  textOr,
} from '../../../declare/flags.ts';
import { putResource } from '../../../declare/verbs.ts';
import { locationOrGroups } from '../../../shape/location.ts';
import { publicIp } from './noun.ts';

const defaultIdleMinutes = 4;

/** `az network public-ip create`. */
export const command = defineCommand({
  words: 'network public-ip create',
  summary: 'Create a public IP address.',
  flags: {
    name: required('--name -n', 'The name of the public IP address.'),
    resourceGroup: resourceGroup(),
    location: location(),
    tags: tags(),
    sku: textOr('--sku', 'Name of a public IP address SKU.', 'Standard', {
      choices: ['Basic', 'Standard', 'StandardV2'],
    }),
    tier: text('--tier', 'Tier of the SKU.', { choices: ['Global', 'Regional'] }),
    allocation: text('--allocation-method', 'IP address allocation method.', {
      choices: ['Dynamic', 'Static'],
    }),
    version: text('--version', 'IP address type.', { choices: ['IPv4', 'IPv6'] }),
    idleTimeout: integer('--idle-timeout', 'Idle timeout in minutes.', {
      defaultText: String(defaultIdleMinutes),
    }),
    dnsName: text('--dns-name', 'Globally unique DNS entry.'),
    reverseFqdn: text('--reverse-fqdn', 'Reverse FQDN (fully qualified domain name).'),
    zones: list('--zone -z', 'Availability zones.'),
  },
  examples: [
    {
      text: 'Create a public IP address.',
      command: 'az network public-ip create -g MyResourceGroup -n MyIp --sku Standard',
    },
  ],
  async run(call) {
    const { flags } = call;
    const properties: JsonObject = {
      idleTimeoutInMinutes: flags.idleTimeout ?? defaultIdleMinutes,
      publicIPAllocationMethod: flags.allocation ?? (flags.sku === 'Basic' ? 'Dynamic' : 'Static'),
    };
    if (flags.version) properties['publicIPAddressVersion'] = flags.version;
    if (flags.dnsName || flags.reverseFqdn) {
      properties['dnsSettings'] = {
        ...(flags.dnsName ? { domainNameLabel: flags.dnsName } : {}),
        ...(flags.reverseFqdn ? { reverseFqdn: flags.reverseFqdn } : {}),
      };
    }
    const created = await putResource(publicIp, call, {
      location: await locationOrGroups(call.session, flags.location, flags.resourceGroup),
      properties,
      sku: { name: flags.sku, ...(flags.tier ? { tier: flags.tier } : {}) },
      ...(flags.tags ? { tags: flags.tags } : {}),
      ...(flags.zones ? { zones: flags.zones } : {}),
    });
    return created === undefined ? undefined : { publicIp: created };
  },
});
