import { showCommand } from '../../../declare/verbs.ts';
import { managedNamespace } from '../noun.ts';
import { previewNotice } from './options.ts';

/** `az fleet namespace show`. */
export const command = {
  ...showCommand(managedNamespace, {
    words: 'fleet namespace show',
    summary: 'Get a managed namespace of a fleet.',
  }),
  notice: previewNotice,
};
