import { listChildrenCommand } from '../../../declare/verbs.ts';
import { managedNamespace } from '../noun.ts';
import { previewNotice } from './options.ts';

/** `az fleet namespace list`. */
export const command = {
  ...listChildrenCommand(managedNamespace, {
    words: 'fleet namespace list',
    summary: 'List the managed namespaces of a fleet.',
  }),
  notice: previewNotice,
};
