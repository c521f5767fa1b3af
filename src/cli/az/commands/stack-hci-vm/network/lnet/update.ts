import { defineCommand } from '../../../../declaration.ts';
import { tags } from '../../../../declare/flags.ts';
import { pathOf } from '../../../../declare/verbs.ts';
import { jsonObject } from '../../../../http/arm-call.ts';
import { logicalNetwork } from './noun.ts';

/** `az stack-hci-vm network lnet update`. */
export const command = defineCommand({
  words: 'stack-hci-vm network lnet update',
  summary: 'Update the tags of a logical network.',
  flags: { ...logicalNetwork.names, tags: tags() },
  async run(call) {
    const answer = await call.session.arm.send({
      method: 'PATCH',
      path: pathOf(logicalNetwork, call),
      apiVersion: logicalNetwork.apiVersion,
      body: call.flags.tags ? { tags: call.flags.tags } : {},
    });
    return logicalNetwork.present(jsonObject(answer));
  },
});
