/** A run cannot go on, and never will: the message ends up in its conditions. */
export class AbortedRun extends Error {}

export function abortedRun(cause: string): AbortedRun {
  return new AbortedRun(`cannot continue the updateRun: ${cause}`);
}

/** The ground on which a run stands is not, or not any more, what it must be. */
export function invalidRun(cause: string): AbortedRun {
  return abortedRun(`failed to validate the updateRun: ${cause}`);
}

/** A cause that a user can take away. */
export function byUser(cause: string): string {
  return `failed to process the request due to a client error: ${cause}`;
}

/** A cause that nobody meant. */
export function unexpected(cause: string): string {
  return `unexpected behavior which cannot be handled by the controller: ${cause}`;
}

/** Several refusals as one, each told once. */
export function together(refusals: readonly AbortedRun[]): AbortedRun {
  const messages = [...new Set(refusals.map(({ message }) => message))];
  return new AbortedRun(messages.length === 1 ? messages[0] : `[${messages.join(', ')}]`);
}
