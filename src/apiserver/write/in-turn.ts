import { cloneJson } from '../../apimachinery/clone.ts';
import { StatusError } from '../../apimachinery/status.ts';
import type { JsonObject } from '../../base/index.ts';
import type { Call, ClusterParts } from '../call/call.ts';
import { ClaimLost } from '../storage/cluster-storage.ts';

/** How often a write is decided again that others were faster than. */
export const timesDecided = 64;

/**
 * Runs a write of `object` when no other of its resource is on its way; one that lost a claim, to another process, is
 * decided again from a copy of what was asked for.
 */
export function inTurn<T>(
  { storage }: ClusterParts,
  call: Call,
  asked: {
    /** False: what the write claims is all that keeps it apart from others. */
    readonly takesTurn: boolean;
    readonly object: JsonObject;
    write(object: JsonObject): Promise<T>;
  },
): Promise<T> {
  const { takesTurn, object, write } = asked;
  const decide = async () => {
    for (let attempt = 1; attempt <= timesDecided; attempt++) {
      const warnings = call.warnings.length;
      try {
        return await write(cloneJson(object));
      } catch (thrown) {
        if (!(thrown instanceof ClaimLost)) throw thrown;
        call.warnings.length = warnings;
      }
    }
    throw contended(call);
  };
  return takesTurn ? storage.turns.run(turnOfAll(call), decide) : decide();
}

/** The turn of writes of a resource that go one after the other. */
export function turnOfAll({ resource }: Call): string {
  return `all ${resource.storageKey}`;
}

/** Others were faster each time. */
export function contended({ resource }: Call): StatusError {
  const message = `The ${resource.definition.resource} are being changed by others; try again.`;
  return new StatusError(500, 'ServerTimeout', message);
}
