import { type LoopParts, runRecordLoop, settle } from '../../loop.ts';
import { dropIdentity, withIdentity } from '../../system-identity.ts';
import type { ArcSettings } from '../settings.ts';
import { connectedClusterType } from './record.ts';

/** Gives every connected cluster its identity. Connectivity is reported by whoever runs the cluster. */
export function runConnectedClusters(parts: LoopParts, settings: ArcSettings) {
  return runRecordLoop({
    ...parts,
    type: connectedClusterType,
    reconcile: async (id) => {
      const record = await parts.records.get(id);
      if (!record) return;
      if (record.provisioningState === 'Deleting') {
        await dropIdentity(record, settings);
        await parts.records.remove(id);
        return;
      }
      if (record.provisioningState === 'Succeeded' || record.provisioningState === 'Failed') return;
      await withIdentity(record, parts.records, settings);
      await settle(parts.records, record, 'Succeeded');
    },
  });
}
