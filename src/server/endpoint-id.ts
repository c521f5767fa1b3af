import { createHash } from 'node:crypto';

const endpointIdLength = 32;

/** A Bastion host's data-plane endpoint id: derived from its resource id, so that it outlives restarts. */
export function endpointId(bastionId: string): string {
  const digest = createHash('sha256').update(bastionId.toLowerCase()).digest('hex');
  return `bst-${digest.slice(0, endpointIdLength)}`;
}
