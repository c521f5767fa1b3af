import { waitCommand } from '../../declare/verbs.ts';
import { awaitedFleet } from './noun.ts';

/** `az fleet wait`. */
export const command = waitCommand(awaitedFleet, {
  words: 'fleet wait',
  summary: 'Wait until a condition of the fleet is met.',
  sees: 'presented',
  examples: [
    {
      text: 'Wait until a fleet is created.',
      command: 'az fleet wait -g MyResourceGroup --fleet-name MyFleet --created',
    },
  ],
});
