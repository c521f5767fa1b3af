import type { Process, Run } from '../process.ts';
import { fileCommands } from './files.ts';
import { networkCommands } from './network.ts';
import { systemCommands } from './system.ts';
import { tar } from './tar.ts';
import { textCommands } from './text.ts';

export type Program = (process: Process) => Run;

/** What can be run in a simulated container, by name. */
export const commands: Readonly<Record<string, Program>> = {
  ...textCommands,
  ...fileCommands,
  ...systemCommands,
  ...networkCommands,
  tar,
};
