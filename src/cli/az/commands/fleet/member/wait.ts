import { waitCommand } from '../../../declare/verbs.ts';
import { awaitedMember } from '../noun.ts';

/** `az fleet member wait`. */
export const command = waitCommand(awaitedMember, {
  words: 'fleet member wait',
  summary: 'Wait until a condition of the fleet member is met.',
  sees: 'presented',
});
