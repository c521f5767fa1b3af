import { waitCommand } from '../../../declare/verbs.ts';
import { awaitedUpdateStrategy } from '../update-nouns.ts';

/** `az fleet updatestrategy wait`. */
export const command = waitCommand(awaitedUpdateStrategy, {
  words: 'fleet updatestrategy wait',
  summary: 'Wait until a condition of the update strategy is met.',
  sees: 'presented',
});
