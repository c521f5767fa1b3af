import { waitCommand } from '../../../declare/verbs.ts';
import { managedNamespace } from '../noun.ts';
import { previewNotice } from './options.ts';

/** `az fleet namespace wait`. */
export const command = {
  ...waitCommand(managedNamespace, {
    words: 'fleet namespace wait',
    summary: 'Wait until a condition of the managed namespace is met.',
    sees: 'presented',
  }),
  notice: previewNotice,
};
