import { isObject, type Json, type JsonObject } from '../../../../base/index.ts';
import { defineCommand } from '../../declaration.ts';
import { required } from '../../declare/flags.ts';
import { arcCluster, propertiesOf } from './noun.ts';

/** `az aksarc get-versions`. */
export const command = defineCommand({
  words: 'aksarc get-versions',
  summary: 'Get the versions of Kubernetes that a custom location offers.',
  flags: { customLocation: required('--custom-location', 'ID of the custom location.') },
  reads: true,
  table: (value) => (isObject(value) ? releasesOf(value).flatMap(rowsOf) : []),
  run: ({ flags, session }) =>
    session.arm.get(
      `${flags.customLocation}/providers/Microsoft.HybridContainerService/kubernetesVersions/default`,
      arcCluster.apiVersion,
    ),
});

function releasesOf(body: JsonObject): JsonObject[] {
  const { values } = propertiesOf(body);
  return Array.isArray(values) ? values.filter(isObject) : [];
}

/** One row for each patch of a release. */
function rowsOf({ patchVersions, isPreview }: JsonObject) {
  return Object.entries(isObject(patchVersions) ? patchVersions : {}).map(([version, patch]) => {
    const upgrades = isObject(patch) ? texts(patch['upgrades']) : [];
    return {
      KubernetesVersion: version,
      IsPreview: isPreview === true,
      Upgrades: upgrades.length > 0 ? upgrades.join(', ') : 'None available',
    };
  });
}

function texts(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}
