import { defineCommand } from '../../declaration.ts';
import { rows } from '../../shape/rows.ts';
import { cloudOf } from './shape.ts';

/** `az cloud list`. */
export const command = defineCommand({
  words: 'cloud list',
  summary: 'List clouds: the estate is the only one.',
  flags: {},
  reads: true,
  table: rows((one) => ({ IsActive: one['isActive'], Name: one['name'], Profile: one['profile'] })),
  async run({ session }) {
    return [cloudOf(session.estate)];
  },
});
