import { type ClusterClient, ClusterError } from '../../apimachinery/client.ts';
import type { Clock } from '../../base/index.ts';

/** How long a member may take to say that it is ready. */
const probeMs = 10_000;

export type Health = { readonly healthy: true } | { readonly healthy: false; readonly message: string };

/** A member is healthy when its API server says that it is ready. */
export async function probeHealth(member: ClusterClient, clock: Clock): Promise<Health> {
  const answered = new AbortController();
  const timeout = clock.sleep(probeMs, answered.signal).then(() => 504);
  const code = await Promise.race([readyCode(member), timeout]);
  answered.abort();
  if (code === 200) return { healthy: true };
  return { healthy: false, message: `health probe failed with status code ${code}` };
}

async function readyCode(member: ClusterClient): Promise<number> {
  try {
    return (await member.raw('GET', '/readyz')).status;
  } catch (thrown) {
    return thrown instanceof ClusterError ? thrown.status : 0;
  }
}
