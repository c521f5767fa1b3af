import type { Command, Flag, Flags } from './declaration.ts';
import { list } from './declare/flags.ts';
import { globalFlags, idsGroup, policyFlags, yesFlag } from './declare/globals.ts';

/** Everything a command understands: its own flags and those that its declaration implies. */
export function surfaceOf(command: Command): Flags {
  const own: Record<string, Flag<unknown>> = {};
  const parts = new Set(command.ids?.parts ?? []);
  for (const [key, flag] of Object.entries(command.flags)) {
    own[key] = parts.has(key) ? { ...flag, required: false, group: idsGroup } : flag;
  }
  const taken = new Set(Object.values(own).flatMap((flag) => flag.names));
  const globals: Record<string, Flag<unknown>> = {};
  for (const [key, flag] of Object.entries(globalFlags)) {
    // A command may use a global's name for itself, as `account show` does with `--subscription`.
    if (!flag.names.some((name) => taken.has(name))) globals[`global:${key}`] = flag;
  }
  return {
    ...own,
    ...(command.ids ? { ids: idsFlag } : {}),
    ...(command.confirmation && !('yes' in own) ? { yes: yesFlag } : {}),
    ...(command.reads ? {} : policyFlags),
    ...globals,
  };
}

const idsFlag = list(
  '--ids',
  "One or more resource IDs (space-delimited). It should be a complete resource ID containing all information of 'Resource Id' arguments.",
  { group: idsGroup },
);
