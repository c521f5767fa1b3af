import { defineCommand } from '../../declaration.ts';
import { required, tags, text } from '../../declare/flags.ts';
import { putResource } from '../../declare/verbs.ts';
import { resolveLocation } from '../../shape/location.ts';
import { group } from './noun.ts';

/** `az group create`. */
export const command = defineCommand({
  words: 'group create',
  summary: 'Create a new resource group.',
  flags: {
    name: required('--name -n --resource-group -g', 'Name of the new resource group.'),
    location: required('--location -l', 'Region. Values from: `az account list-locations`.', {
      setting: 'location',
    }),
    managedBy: text('--managed-by', 'The ID of the resource that manages this resource group.'),
    tags: tags(),
  },
  examples: [
    {
      text: 'Create a new resource group in the East US region.',
      command: 'az group create -l eastus -n MyResourceGroup',
    },
  ],
  async run(call) {
    const { location, managedBy, tags: given } = call.flags;
    return putResource(group, call, {
      location: await resolveLocation(call.session, location),
      ...(managedBy === undefined ? {} : { managedBy }),
      ...(given === undefined ? {} : { tags: given }),
    });
  },
});
