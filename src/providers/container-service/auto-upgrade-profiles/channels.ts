import { ArmError, type RecordReader } from '../../../arm/index.ts';
import type { JsonObject } from '../../../base/index.ts';
import type { Fields } from '../../fields.ts';
import { minors } from '../managed-clusters/upgrades.ts';
import { type AksCatalog, minorOf } from '../releases/catalog.ts';
import { nodeImagesOf } from '../update-runs/images.ts';

export const channels = ['Stable', 'Rapid', 'NodeImage', 'TargetKubernetesVersion', 'SecurityPatch'] as const;
export type Channel = (typeof channels)[number];

/** True for channels that bring node images alone. */
export function isOfImages(channel: Channel): boolean {
  return channel === 'NodeImage' || channel === 'SecurityPatch';
}

function channelOf(profile: Fields): Channel {
  return profile.choice('channel', channels) ?? 'Stable';
}

/**
 * What a channel brings now: the newest release that it is about. Undefined: nothing that has come out is for it.
 * Source: https://learn.microsoft.com/azure/kubernetes-fleet/concepts-update-orchestration#understanding-auto-upgrade-profiles
 */
export function targetOf(profile: Fields, catalog: AksCatalog): string | undefined {
  const channel = channelOf(profile);
  if (isOfImages(channel)) return catalog.nodeImages.at(-1);
  const known = minors(catalog);
  const minor = {
    Stable: known.at(-2),
    Rapid: known.at(-1),
    TargetKubernetesVersion: profile.string('targetKubernetesVersion'),
  }[String(channel)];
  return catalog.versions.findLast((version) => minorOf(version) === minor);
}

/** What the runs of a profile do, and the versions that they bring. */
export async function updateFor(
  profile: Fields,
  {
    fleetId,
    catalog,
    records,
  }: { readonly fleetId: string; readonly catalog: AksCatalog; readonly records: RecordReader },
): Promise<{ readonly managedClusterUpdate: JsonObject; readonly versions: readonly string[] }> {
  const target = targetOf(profile, catalog);
  if (target === undefined) throw nothingReleased(profile);
  if (isOfImages(channelOf(profile))) {
    const managedClusterUpdate = {
      upgrade: { type: 'NodeImageOnly' },
      nodeImageSelection: { type: 'Latest' },
    };
    return { managedClusterUpdate, versions: await nodeImagesOf(fleetId, { catalog, records }) };
  }
  const selection = profile.object('nodeImageSelection').string('type') ?? 'Latest';
  return {
    managedClusterUpdate: {
      upgrade: { type: 'Full', kubernetesVersion: target },
      nodeImageSelection: { type: selection },
    },
    versions: [target],
  };
}

function nothingReleased(profile: Fields): ArmError {
  const of = profile.string('targetKubernetesVersion');
  return new ArmError(
    400,
    'BadRequest',
    `No version is available for the channel '${channelOf(profile)}'${of ? ` and the Kubernetes version ${of}` : ''} yet.`,
  );
}
