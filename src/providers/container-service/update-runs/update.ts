import type { JsonObject } from '../../../base/index.ts';
import type { Fields } from '../../fields.ts';
import { requiredPropertyMissing } from '../update-strategies/strategy.ts';

const upgradeKinds = ['Full', 'NodeImageOnly', 'ControlPlaneOnly'] as const;
const imageSelections = ['Latest', 'Consistent', 'Custom'] as const;

export type UpgradeKind = (typeof upgradeKinds)[number];

/** What a run does to each cluster. */
export interface ManagedClusterUpdate {
  readonly kind: UpgradeKind;
  /** A release, or a minor version for its newest patch. */
  readonly kubernetesVersion: string | undefined;
  readonly imageSelection: (typeof imageSelections)[number];
  /** Of `Custom`. */
  readonly imageVersions: readonly string[];
}

/** A release or a minor version, as `az` takes it. */
const versionPattern = /^v?\d{1,5}\.\d{1,5}(?:\.\d{1,5})?$/i;
const imagePattern = /^[A-Za-z0-9][-A-Za-z0-9]*-[0-9][0-9.]*$/;
const mostImageVersions = 100;

/** `managedClusterUpdate` as it is kept. Throws the refusal of what is wrong in it; `id` is that of the run. */
export function readManagedClusterUpdate(update: Fields, id: string): JsonObject {
  const upgrade = update.object('upgrade');
  const type = upgrade.choice('type', upgradeKinds);
  if (!type) throw requiredPropertyMissing('ManagedClusterUpgradeSpec.Type', id);
  const version = upgrade.string('kubernetesVersion') || undefined;
  if (type === 'NodeImageOnly' && version !== undefined) {
    throw upgrade.wrong('kubernetesVersion', 'it must not be set when the upgrade type is NodeImageOnly');
  }
  if (type !== 'NodeImageOnly' && version === undefined) {
    throw requiredPropertyMissing('ManagedClusterUpgradeSpec.KubernetesVersion', id);
  }
  if (version !== undefined && !versionPattern.test(version)) {
    throw upgrade.wrong('kubernetesVersion', `'${version}' is no version such as 1.33.4 or 1.33`);
  }
  return {
    upgrade: { type, ...(version !== undefined && { kubernetesVersion: version }) },
    ...(update.has('nodeImageSelection') && {
      nodeImageSelection: readImageSelection(update.object('nodeImageSelection'), id),
    }),
  };
}

function readImageSelection(selection: Fields, id: string): JsonObject {
  const type = selection.choice('type', imageSelections);
  if (!type) throw requiredPropertyMissing('NodeImageSelection.Type', id);
  const versions = selection.objects('customNodeImageVersions').map((one) => {
    const version = one.string('version') ?? '';
    if (!imagePattern.test(version)) {
      throw one.wrong(
        'version',
        `'${version}' is no node image such as AKSUbuntu-2204gen2containerd-202511.07.0`,
      );
    }
    return { version };
  });
  if (type === 'Custom' && versions.length === 0) {
    throw requiredPropertyMissing('NodeImageSelection.CustomNodeImageVersions', id);
  }
  if (type !== 'Custom' && versions.length > 0) {
    throw selection.wrong('customNodeImageVersions', 'they are for the type Custom only');
  }
  if (versions.length > mostImageVersions) {
    throw selection.wrong('customNodeImageVersions', `at most ${mostImageVersions} versions`);
  }
  return { type, ...(versions.length > 0 && { customNodeImageVersions: versions }) };
}

/** What a stored run does to each cluster. */
export function updateOf(run: Fields): ManagedClusterUpdate {
  const update = run.object('managedClusterUpdate');
  const upgrade = update.object('upgrade');
  const selection = update.object('nodeImageSelection');
  return {
    kind: upgrade.choice('type', upgradeKinds) ?? 'Full',
    kubernetesVersion: upgrade.string('kubernetesVersion'),
    imageSelection: selection.choice('type', imageSelections) ?? 'Latest',
    imageVersions: selection.objects('customNodeImageVersions').map((one) => one.string('version') ?? ''),
  };
}
