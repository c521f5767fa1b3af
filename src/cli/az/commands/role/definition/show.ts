import { defineCommand } from '../../../declaration.ts';
import { text } from '../../../declare/flags.ts';
import { AzError } from '../../../errors.ts';
import { definitionsApiVersion, definitionsPath, presentDefinition } from '../../../role/definitions.ts';

/** `az role definition show`. */
export const command = defineCommand({
  words: 'role definition show',
  summary: 'Show a role definition.',
  flags: {
    id: text('--id', 'Full id of the role definition.'),
    name: text('--name -n', 'GUID of the role definition; needs --scope.'),
    scope: text('--scope', 'Scope of the role definition.'),
  },
  reads: true,
  async run({ flags, session }) {
    const { id, name, scope } = flags;
    if (id === undefined && !(name && scope)) {
      throw new AzError(
        scope || name
          ? 'Usage error: Provide both --scope and --name'
          : 'Usage error: Provide --scope and --name, or --id',
      );
    }
    const path = id ?? `${definitionsPath(scope ?? '')}/${name}`;
    return presentDefinition(await session.arm.get(path, definitionsApiVersion));
  },
});
