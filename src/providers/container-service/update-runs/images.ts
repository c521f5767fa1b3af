import type { RecordReader } from '../../../arm/index.ts';
import { Fields } from '../../fields.ts';
import type { AksCatalog } from '../releases/catalog.ts';
import { latestImage } from '../releases/node-images.ts';
import { targetsOf } from './targets.ts';

/** The newest image of each family that pools of a fleet's members have. */
export async function nodeImagesOf(
  fleetId: string,
  { catalog, records }: { readonly catalog: AksCatalog; readonly records: RecordReader },
): Promise<string[]> {
  const images = new Set<string>();
  for (const { clusterResourceId } of await targetsOf(fleetId, records)) {
    const cluster = await records.get(clusterResourceId);
    const pools = new Fields(cluster?.properties).objects('agentPoolProfiles');
    for (const pool of pools) images.add(latestImage(pool, catalog));
  }
  return [...images].sort();
}
