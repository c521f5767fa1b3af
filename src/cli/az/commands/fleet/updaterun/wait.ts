import { waitCommand } from '../../../declare/verbs.ts';
import { awaitedUpdateRun } from '../update-nouns.ts';

/** `az fleet updaterun wait`. */
export const command = waitCommand(awaitedUpdateRun, {
  words: 'fleet updaterun wait',
  summary: 'Wait until a condition of the update run is met.',
  sees: 'presented',
});
