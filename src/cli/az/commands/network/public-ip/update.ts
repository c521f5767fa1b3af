import { isObject } from '../../../../../base/index.ts';
import { integer, tags, text } from '../../../declare/flags.ts';
import { updateCommand } from '../../../declare/update.ts';
import { publicIpMembers } from '../members.ts';
import { publicIp } from './noun.ts';

/** `az network public-ip update`. */
export const command = updateCommand(publicIp, {
  words: 'network public-ip update',
  summary: 'Update a public IP address.',
  flags: {
    tags: tags(),
    allocation: text('--allocation-method', 'IP address allocation method.', {
      choices: ['Dynamic', 'Static'],
    }),
    idleTimeout: integer('--idle-timeout', 'Idle timeout in minutes.'),
    dnsName: text('--dns-name', 'Globally unique DNS entry.'),
  },
  operations: ['set', 'add', 'remove'],
  view: 'flat',
  members: publicIpMembers,
  apply(resource, flags) {
    const properties = isObject(resource['properties']) ? resource['properties'] : {};
    if (flags.tags) resource['tags'] = flags.tags;
    if (flags.allocation) properties['publicIPAllocationMethod'] = flags.allocation;
    if (flags.idleTimeout !== undefined) properties['idleTimeoutInMinutes'] = flags.idleTimeout;
    if (flags.dnsName) properties['dnsSettings'] = { domainNameLabel: flags.dnsName };
    resource['properties'] = properties;
  },
});
