import { decodeJson, encodeJson, isObject, type Random } from '../base/index.ts';
import type { Entry, Store, Write } from '../store/contract.ts';
import { generatePassword, SecretHasher } from './secrets.ts';

/** Tables of what proves somebody: keys that sign, secrets, sign-ins and what is on its way to become one. */
const provingTables = [
  'keys',
  'passwords',
  'secrets',
  'sessions',
  'refresh-tokens',
  'authorization-codes',
  'device-codes',
];
const certifiedTables = ['applications', 'service-principals'];

/**
 * What makes the directory of a copied store that of another estate: the same people and applications, and nothing by
 * which the first one's could prove themselves. The administrator has a new password; nobody else has one.
 */
export async function credentialsRemoved(
  store: Pick<Store, 'get' | 'range'>,
  random: Random,
): Promise<{ readonly writes: readonly Write[]; readonly administratorPassword: string }> {
  const writes: Write[] = [];
  for (const table of provingTables) {
    const { entries } = await store.range({ prefix: `/identity/${table}/` });
    writes.push(...entries.map(({ key }) => ({ delete: key })));
  }
  for (const table of certifiedTables) {
    const { entries } = await store.range({ prefix: `/identity/${table}/` });
    writes.push(...entries.flatMap(withoutCertificates));
  }
  const administratorPassword = generatePassword(random);
  const tenant = await store.get('/identity/tenant/self');
  const read = tenant ? decodeJson(tenant.value) : undefined;
  const administrator = isObject(read) ? read['administratorId'] : undefined;
  if (typeof administrator !== 'string') return { writes, administratorPassword };
  const key = `/identity/passwords/${administrator}`;
  const hash = await new SecretHasher(random).hash(administratorPassword);
  const put = { put: key, value: encodeJson({ hash, mustChange: false }) };
  const others = writes.filter((write) => !('delete' in write && write.delete === key));
  return { writes: [...others, put], administratorPassword };
}

function withoutCertificates({ key, value }: Entry): Write[] {
  const record = decodeJson(value);
  if (!isObject(record) || !Array.isArray(record['certificates']) || record['certificates'].length === 0)
    return [];
  return [{ put: key, value: encodeJson({ ...record, certificates: [] }) }];
}
