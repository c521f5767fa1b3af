import type { RelatedWrite, ResourceRecord, TypeContext } from '../../../arm/index.ts';
import { Fields } from '../../fields.ts';
import { agentPoolType } from './record.ts';

/** What older versions did not write: the versions that nodes run, and the pools' own records. */
export function renewInstance(
  record: ResourceRecord,
  { random }: { readonly random: Pick<TypeContext['random'], 'uuid'> },
): readonly RelatedWrite[] {
  const properties = new Fields(record.properties);
  if (properties.has('currentKubernetesVersion')) return [];
  const version = properties.string('kubernetesVersion') ?? '';
  const runs = { currentOrchestratorVersion: version, nodeImageVersion: '' };
  const pools = properties.objects('agentPoolProfiles').map(({ value }) => {
    const { kubernetesVersion: _same, ...pool } = value;
    return { ...pool, ...runs };
  });
  const renewed: ResourceRecord = {
    ...record,
    properties: {
      ...record.properties,
      currentKubernetesVersion: version,
      controlPlane: { ...properties.object('controlPlane').value, ...runs },
      agentPoolProfiles: pools,
    },
  };
  const children = pools.map((pool): RelatedWrite => {
    const name = String('name' in pool ? pool.name : '');
    return {
      put: {
        id: `${record.id}/agentPools/${name}`,
        name,
        type: agentPoolType,
        ...(record.extendedLocation !== undefined && { extendedLocation: record.extendedLocation }),
        properties: {},
        provisioningState: record.provisioningState === 'Deleting' ? 'Deleting' : 'Succeeded',
        systemData: record.systemData,
        etag: random.uuid(),
      },
    };
  });
  return [{ put: renewed }, ...children];
}
