import { defineCommand } from '../../../declaration.ts';
import { required } from '../../../declare/flags.ts';
import { AzError } from '../../../errors.ts';
import { camelKeys, putRole, scopesOf } from '../../../role/custom-roles.ts';
import { readDescription } from '../../../role/description.ts';

/** `az role definition create`. */
export const command = defineCommand({
  words: 'role definition create',
  summary: 'Create a custom role definition.',
  flags: { description: required('--role-definition', 'The role as JSON, or a file that holds it.') },
  examples: [
    {
      text: 'A role that reads fleets.',
      command:
        'az role definition create --role-definition \'{"Name":"Fleet reader","Actions":["Microsoft.ContainerService/fleets/read"],"AssignableScopes":["/subscriptions/SUBSCRIPTION"]}\'',
    },
  ],
  async run({ flags, session, context }) {
    const refusal = 'Invalid role definition. A valid dictionary JSON representation is expected.';
    const description = camelKeys(readDescription(flags.description, context, refusal));
    const { name } = description;
    if (typeof name !== 'string' || name === '') throw new AzError('please provide role name');
    if (scopesOf(description).length === 0) throw new AzError("please provide 'assignableScopes'");
    return putRole(session, { id: context.random.uuid(), name, description });
  },
});
