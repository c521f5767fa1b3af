import { ArmError, type ResourceWrite } from '../../../arm/index.ts';
import { Fields } from '../../fields.ts';

/** The logical network of the cluster: it must exist, in the same custom location. */
export async function checkNetwork(
  write: ResourceWrite,
  parts: { readonly body: Fields; readonly stored: Fields; readonly customLocation: string },
): Promise<string> {
  const source = parts.body.has('cloudProviderProfile') ? parts.body : parts.stored;
  const infra = source.object('cloudProviderProfile').object('infraNetworkProfile');
  const ids = infra.strings('vnetSubnetIds');
  const [networkId] = ids;
  if (networkId === undefined || ids.length > 1) {
    throw infra.wrong('vnetSubnetIds', 'exactly one logical network is required');
  }
  const network = await write.context.records.get(networkId);
  if (!network) {
    throw new ArmError(
      400,
      'InvalidResourceReference',
      `Resource ${networkId} referenced by resource ${write.id} was not found. Please make sure that the referenced resource exists, and that both resources are in the same region.`,
      { target: infra.at('vnetSubnetIds') },
    );
  }
  const itsLocation = new Fields(network.extendedLocation).string('name') ?? '';
  if (itsLocation.toLowerCase() !== parts.customLocation.toLowerCase()) {
    throw new ArmError(
      400,
      'LogicalNetworkCustomLocationMismatch',
      `The logical network '${network.id}' lies in the custom location '${itsLocation}', but the cluster is asked for in '${parts.customLocation}'. Both must be in the same custom location.`,
      { target: infra.at('vnetSubnetIds') },
    );
  }
  return network.id;
}
