import type { JsonObject } from '../../../../../base/index.ts';
import { defineCommand } from '../../../declaration.ts';
import { tags, text } from '../../../declare/flags.ts';
import { patchResource } from '../../../declare/patch.ts';
import { managedNamespace } from '../noun.ts';
import { namespaceBody, namespaceFlags, previewNotice, propagationBody } from './options.ts';

/** The first version that changes more than tags. */
const patchVersion = '2026-06-02-preview';

/** `az fleet namespace update`. */
export const command = defineCommand({
  words: 'fleet namespace update',
  summary: 'Update a managed namespace: what is not given stays as it is.',
  notice: previewNotice,
  flags: {
    ...managedNamespace.names,
    tags: tags(),
    ...namespaceFlags,
    deletePolicy: text('--delete-policy', 'What becomes of the namespace with its resource.', {
      choices: ['Keep', 'Delete'],
    }),
    adoptionPolicy: text('--adoption-policy', 'What to do with a namespace that is there.', {
      choices: ['Always', 'IfIdentical', 'Never'],
    }),
  },
  examples: [
    {
      text: 'Change the tags of a managed namespace.',
      command:
        'az fleet namespace update -g MyFleetResourceGroup -f MyFleetName -n my-namespace --tags env=test',
    },
  ],
  async run(call) {
    const given = call.flags;
    const wanted = namespaceBody(given);
    const propagationPolicy = propagationBody(given.memberClusterNames);
    const properties: JsonObject = {
      ...(Object.keys(wanted).length > 0 && { managedNamespaceProperties: wanted }),
      ...(given.adoptionPolicy !== undefined && { adoptionPolicy: given.adoptionPolicy }),
      ...(given.deletePolicy !== undefined && { deletePolicy: given.deletePolicy }),
      ...(propagationPolicy && { propagationPolicy }),
    };
    const isMore = Object.keys(properties).length > 0;
    const noun = isMore ? { ...managedNamespace, apiVersion: patchVersion } : managedNamespace;
    return patchResource(noun, call, {
      ...(given.tags ? { tags: given.tags } : {}),
      ...(isMore && { properties }),
    });
  },
});
