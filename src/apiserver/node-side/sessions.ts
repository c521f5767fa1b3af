import type { JsonObject } from '../../base/index.ts';
import type { ProgramEnd, ProgramStreams } from '../call/pod-machines.ts';

/** Runs the program of a session on its streams until it ends, or `signal` says so. */
export type RunProgram = (streams: ProgramStreams, signal: AbortSignal) => Promise<ProgramEnd>;

/** The Status that a session ends with, as a kubelet's runtime words it. */
export function endStatus(end: ProgramEnd, command: readonly string[]): JsonObject {
  if ('failure' in end) {
    const message = `Internal error occurred: ${end.failure}`;
    const details = { causes: [{ message: end.failure }] };
    return { metadata: {}, status: 'Failure', message, reason: 'InternalError', details, code: 500 };
  }
  if (end.exitCode === 0) return { metadata: {}, status: 'Success' };
  const why = `error executing command [${command.join(' ')}], exit code ${end.exitCode}`;
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: ${why}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(end.exitCode) }] },
  };
}
