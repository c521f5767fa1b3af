import type { RecordReader } from '../../../arm/index.ts';
import type { JsonObject } from '../../../base/index.ts';
import { Fields } from '../../fields.ts';

/** What a snapshot gives to the pool that is made from it. */
export interface PoolSource {
  /** Members of the pool that its body need not name. */
  readonly defaults: JsonObject;
  /** The image that its nodes get, however old. */
  readonly image: string;
}

/** The snapshot that a pool is to be made or upgraded from; undefined: there is none, or it has been before. */
export async function poolSource(
  pool: Fields,
  before: Fields | undefined,
  records: RecordReader,
): Promise<PoolSource | undefined> {
  const id = pool.object('creationData').string('sourceResourceId');
  const known = before?.object('creationData').string('sourceResourceId');
  if (!id || id.toLowerCase() === known?.toLowerCase()) return undefined;
  const snapshot = new Fields((await records.get(id))?.properties);
  return {
    defaults: {
      vmSize: snapshot.string('vmSize') ?? '',
      osType: snapshot.string('osType') ?? '',
      osSKU: snapshot.string('osSku') ?? '',
      enableFIPS: snapshot.boolean('enableFIPS') ?? false,
      orchestratorVersion: snapshot.string('kubernetesVersion') ?? '',
    },
    image: snapshot.string('nodeImageVersion') ?? '',
  };
}
