import { isObject } from '../../../../../base/index.ts';
import { boolean, integer, shorthand, shorthandTags } from '../../../declare/flags.ts';
import { updateCommand } from '../../../declare/update.ts';
import { readShorthand } from '../../../parse/shorthand.ts';
import { bastionMembers } from '../members.ts';
import { bastion } from './noun.ts';

/** `az network bastion update`. */
export const command = updateCommand(bastion, {
  words: 'network bastion update',
  summary: 'Update a Bastion host.',
  flags: {
    tags: shorthandTags(),
    sku: shorthand('--sku', 'SKU, as name=Standard.'),
    disableCopyPaste: boolean('--disable-copy-paste', 'Forbid copy and paste.'),
    enableFileCopy: boolean('--file-copy', 'Allow copying of files.'),
    enableIpConnect: boolean('--enable-ip-connect', 'Allow targets given by their IP address.'),
    enableKerberos: boolean('--kerberos', 'Allow Kerberos.'),
    enableSessionRecording: boolean('--session-recording', 'Record sessions.'),
    enableShareableLink: boolean('--shareable-link', 'Allow shareable links.'),
    enableTunneling: boolean('--enable-tunneling', 'Allow native clients: ssh, rdp and tunnel.'),
    scaleUnits: integer('--scale-units', 'Scale units, 2 to 50.'),
  },
  operations: ['set', 'add', 'remove'],
  view: 'flat',
  members: bastionMembers,
  noWait: true,
  async apply(resource, { tags, sku, ...settings }) {
    const properties = isObject(resource['properties']) ? resource['properties'] : {};
    for (const [key, value] of Object.entries(settings)) if (value !== undefined) properties[key] = value;
    resource['properties'] = properties;
    if (tags) resource['tags'] = tags;
    if (sku) {
      const value = await readShorthand(sku);
      resource['sku'] = isObject(value) ? value : { name: value };
    }
  },
  examples: [
    {
      text: 'Allow native clients.',
      command: 'az network bastion update -g MyResourceGroup -n MyBastion --enable-tunneling true',
    },
  ],
});
