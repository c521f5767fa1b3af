import { madeByEstate, type RecordStore, type ResourceRecord } from '../../../arm/index.ts';
import { type Clock, CodedError, type Random } from '../../../base/index.ts';
import { minors } from '../managed-clusters/upgrades.ts';
import { type AksCatalog, catalogIn, minorOf, releasesId, releasesType } from './catalog.ts';

/** Releases that an estate keeps at most. */
const releasesKept = 1_000;

type Kind = 'kubernetes' | 'nodeImages';

/**
 * Plays Azure: a Kubernetes version (`1.34.3`) or a node image (`202512.03.0`, also with its family before it) comes out. Throws
 * CodedError `invalid` for what is neither, and `already-exists`.
 */
export async function release(
  name: string,
  {
    records,
    clock,
    random,
  }: { readonly records: RecordStore; readonly clock: Clock; readonly random: Random },
): Promise<{ readonly kind: 'Kubernetes version' | 'node image'; readonly name: string }> {
  const [kind, version] = readRelease(name);
  for (;;) {
    const known = await records.get(releasesId);
    if (!known) {
      const first = newRecord(kind, demandNew(version, kind, catalogIn(undefined)), { clock, random });
      if (await records.create(first)) break;
      continue;
    }
    await records.update(releasesId, (current) => ({
      ...current,
      properties: {
        ...current.properties,
        [kind]: [...namesOf(current, kind), demandNew(version, kind, catalogIn(current))],
      },
    }));
    break;
  }
  return { kind: kind === 'kubernetes' ? 'Kubernetes version' : 'node image', name: version };
}

function readRelease(name: string): readonly [Kind, string] {
  const image = /^(?:AKS[A-Za-z0-9-]{1,60}-)?(\d{6}\.\d{2}\.\d{1,2})$/.exec(name)?.[1];
  if (image) return ['nodeImages', image];
  const version = /^v?(1\.\d{1,3}\.\d{1,3})$/.exec(name)?.[1];
  if (version) return ['kubernetes', version.split('.').map(Number).join('.')];
  throw new CodedError(
    'invalid',
    `'${name}' is neither a Kubernetes version such as 1.34.3 nor a node image such as AKSUbuntu-2204gen2containerd-202512.03.0`,
  );
}

function demandNew(version: string, kind: Kind, catalog: AksCatalog): string {
  const offered = kind === 'kubernetes' ? catalog.versions : catalog.nodeImages;
  if (offered.includes(version)) throw new CodedError('already-exists', `${version} is offered already`);
  if (offered.length >= releasesKept)
    throw new CodedError('too-many', `${releasesKept} releases are the most`);
  if (kind === 'kubernetes') demandNextMinor(version, catalog);
  return version;
}

/** Clusters go up one minor version at a time: none may be left out in between. */
function demandNextMinor(version: string, catalog: AksCatalog): void {
  const known = minors(catalog);
  const next = `1.${Number(known.at(-1)?.split('.')[1]) + 1}`;
  const minor = minorOf(version);
  if (known.includes(minor) || minor === next) return;
  throw new CodedError('invalid', `${version} is of no minor version from ${known[0]} to ${next}`);
}

function namesOf({ properties }: ResourceRecord, kind: Kind) {
  const found = properties[kind];
  return Array.isArray(found) ? found : [];
}

function newRecord(
  kind: Kind,
  version: string,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
): ResourceRecord {
  return {
    id: releasesId,
    name: 'aks',
    type: releasesType,
    properties: { [kind]: [version] },
    provisioningState: 'Succeeded',
    systemData: madeByEstate(clock.now()),
    etag: random.uuid(),
  };
}
