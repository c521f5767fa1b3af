import {
  type ActionCall,
  ArmError,
  type ResourceType,
  type ResourceWrite,
  refusals,
} from '../../../arm/index.ts';
import { isObject } from '../../../base/index.ts';
import { generateRsaPair, publicKeyFault } from './keys.ts';

/**
 * Microsoft.Compute/sshPublicKeys.
 * Source: https://learn.microsoft.com/rest/api/compute/ssh-public-keys
 */
export const sshPublicKeys: ResourceType = {
  namespace: 'Microsoft.Compute',
  type: 'sshPublicKeys',
  apiVersions: [
    '2026-04-01',
    '2026-03-01',
    '2025-11-01',
    '2025-04-01',
    '2024-11-01',
    '2024-07-01',
    '2024-03-01',
    '2023-09-01',
    '2023-07-01',
    '2023-03-01',
    '2022-11-01',
    '2022-08-01',
    '2022-03-01',
    '2021-11-01',
    '2021-07-01',
    '2021-04-01',
    '2021-03-01',
    '2020-12-01',
    '2020-06-01',
    '2019-12-01',
  ],
  lowestApiVersion: '2019-12-01',
  scope: 'tracked',
  name: {
    pattern: /^[\w-](?:[\w.-]{0,78}[\w-])?$/,
    rule: '1 to 80 letters, digits, underscores, periods and hyphens, not ending in a period',
  },
  lifecycle: 'immediate',
  provisioningState: false,
  systemData: false,
  prepare: prepareKey,
  actions: { generateKeyPair: { run: generate } },
};

function prepareKey({ body, stored }: ResourceWrite) {
  const sent = isObject(body.properties) ? body.properties : {};
  const publicKey = sent.publicKey ?? stored?.properties.publicKey;
  if (publicKey === undefined) return { properties: {} };
  const fault = typeof publicKey === 'string' ? publicKeyFault(publicKey) : 'the key must be text';
  if (fault !== undefined) throw refusals.invalidParameter('publicKey', fault);
  return { properties: { publicKey } };
}

/** Makes the pair once; the private key is in this one answer and nowhere else. */
async function generate({ record, body, update }: ActionCall) {
  const kind = body.encryptionType ?? 'RSA';
  if (String(kind).toLowerCase() !== 'rsa') {
    throw new ArmError(
      501,
      'NotImplemented',
      `The encryption type '${String(kind)}' is not supported by this estate; use RSA.`,
    );
  }
  const { privateKey, publicKey } = await generateRsaPair();
  let taken = false;
  await update((current) => {
    taken = current.properties.publicKey !== undefined;
    return taken ? undefined : { ...current, properties: { ...current.properties, publicKey } };
  });
  if (taken) {
    throw new ArmError(
      409,
      'KeyPairAlreadyExists',
      `The SSH public key resource '${record.name}' already has a key. Create another resource to generate a new one.`,
    );
  }
  return { privateKey, publicKey, id: record.id };
}
