import { type ActionCall, ArmError, type ResourceAction, type ResourceRecord } from '../../../arm/index.ts';
import { isObject } from '../../../base/index.ts';
import { Fields } from '../../fields.ts';
import { aadProfile } from './aad-profile.ts';
import { refuseHub } from './hub.ts';
import { refuseBusyPools } from './pools.ts';
import { refuseStopped } from './power.ts';

type Change = 'certificates' | 'service-account';
type Call = Omit<ActionCall, 'update'>;

/**
 * Credentials and identities of a cluster made anew; the loop does it.
 * Source: https://learn.microsoft.com/azure/aks/certificate-rotation
 */
export const renewalActions: Readonly<Record<string, ResourceAction>> = {
  rotateClusterCertificates: { mode: 'converged', change: (call) => ordered(call, 'certificates') },
  rotateServiceAccountSigningKeys: { mode: 'converged', change: (call) => ordered(call, 'service-account') },
  resetAADProfile: { mode: 'converged', change: resetAad },
  resetServicePrincipalProfile: { mode: 'converged', change: resetServicePrincipal },
};

async function ordered(call: Call, change: Change): Promise<ResourceRecord> {
  await demandIdle(call);
  const { record, context } = call;
  return {
    ...record,
    internal: { ...record.internal, renewal: { change, id: context.random.uuid() } },
    provisioningState: change === 'certificates' ? 'RotatingClusterCertificates' : 'Updating',
  };
}

async function demandIdle({ record, context }: Call): Promise<void> {
  refuseHub(record);
  refuseStopped(record);
  await refuseBusyPools(record.id, context);
}

async function resetAad(call: Call): Promise<ResourceRecord> {
  await demandIdle(call);
  const { record, body } = call;
  if (!isObject(record.properties['aadProfile'])) {
    throw new ArmError(
      400,
      'BadRequest',
      `The managed cluster '${record.name}' has no AAD profile that could be reset.`,
    );
  }
  return {
    ...record,
    properties: { ...record.properties, aadProfile: aadProfile(new Fields(body)) },
    provisioningState: 'Updating',
  };
}

/** Every cluster here has a managed identity: there is no secret of an application that could be another one. */
async function resetServicePrincipal(call: Call): Promise<ResourceRecord> {
  await demandIdle(call);
  throw new ArmError(
    400,
    'OperationNotAllowed',
    `The managed cluster '${call.record.name}' uses a managed identity: it has no service principal to reset.`,
  );
}

/** Which keys the loop has to make anew, and the name of that change. */
export function renewalOf({
  internal,
}: Pick<ResourceRecord, 'internal'>): { readonly change: Change; readonly id: string } | undefined {
  const wish = internal?.['renewal'];
  if (!isObject(wish) || typeof wish['id'] !== 'string') return undefined;
  return { change: wish['change'] === 'certificates' ? 'certificates' : 'service-account', id: wish['id'] };
}

export function withoutRenewal(record: ResourceRecord): ResourceRecord {
  const { renewal: _renewal, ...internal } = record.internal ?? {};
  return { ...record, internal };
}
