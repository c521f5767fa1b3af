import type { JsonObject } from '../../../../base/index.ts';
import { defineCommand } from '../../declaration.ts';
import { boolean, noWait, required, resourceGroup, tags, text } from '../../declare/flags.ts';
import { patchResource } from '../../declare/patch.ts';
import { AzError } from '../../errors.ts';
import { isResourceId } from '../../ids.ts';
import { identityOf } from './identity.ts';
import { fleet } from './noun.ts';

/** `az fleet update`. */
export const command = defineCommand({
  words: 'fleet update',
  summary: "Update a fleet's tags and identity.",
  flags: {
    name: required('--name -n', 'Specify the fleet name.'),
    resourceGroup: resourceGroup(),
    tags: tags(),
    managedIdentity: boolean(
      '--enable-managed-identity',
      'Give the fleet a managed identity, or take it away.',
    ),
    assignIdentity: text('--assign-identity', 'ID of a user-assigned identity for the fleet.'),
    noWait: noWait(),
  },
  examples: [
    {
      text: "Update a fleet's tags.",
      command: 'az fleet update -g MyResourceGroup -n MyFleetName --tags "TagKey=TagValue"',
    },
    {
      text: 'Give a fleet a system-assigned identity.',
      command: 'az fleet update -g MyResourceGroup -n MyFleetName --enable-managed-identity',
    },
  ],
  async run(call) {
    const { tags: given, managedIdentity, assignIdentity } = call.flags;
    if (assignIdentity !== undefined && managedIdentity !== true) {
      throw new AzError('Cannot assign identity without enabling managed identity.');
    }
    if (assignIdentity !== undefined && !isResourceId(assignIdentity)) {
      throw new AzError('--assign-identity is not a valid Azure resource ID.');
    }
    const body: JsonObject = {
      ...(given ? { tags: given } : {}),
      ...(managedIdentity === undefined ? {} : { identity: identityOf(managedIdentity, assignIdentity) }),
    };
    return patchResource(fleet, call, body);
  },
});
