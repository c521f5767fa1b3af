import { type Command, defineCommand } from '../../../declaration.ts';
import { text } from '../../../declare/flags.ts';
import { AzError } from '../../../errors.ts';
import { bastion } from './noun.ts';

/** `az network bastion rdp|ssh`: there are no machines to reach, so it says what to do instead. */
export function reachMachine(words: string): Command {
  return defineCommand({
    words,
    summary: 'Reach a virtual machine: not built in Drydock, which has none.',
    flags: {
      ...bastion.names,
      target: text('--target-resource-id', 'ID of the target.'),
      address: text('--target-ip-address', 'IP address of the target.'),
      authType: text('--auth-type', 'Way of signing in.'),
      username: text('--username', 'User name.'),
      port: text('--resource-port', 'Port of the target.'),
    },
    positional: { name: 'ARGS', help: 'Arguments of the client.' },
    async run() {
      throw new AzError(`'az ${words}' is not built in Drydock: there are no virtual machines to reach.`, {
        advice: ["A cluster's API server is reached with 'az network bastion tunnel --resource-port 443'."],
      });
    },
  });
}
