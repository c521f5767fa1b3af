import { deleteCommand } from '../../../declare/verbs.ts';
import { managedNamespace } from '../noun.ts';
import { previewNotice } from './options.ts';

/** `az fleet namespace delete`. */
export const command = {
  ...deleteCommand(managedNamespace, {
    words: 'fleet namespace delete',
    summary: 'Delete a managed namespace; its delete policy says what becomes of the namespace.',
    confirmation: true,
  }),
  notice: previewNotice,
};
