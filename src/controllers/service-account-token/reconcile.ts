import { ignoringMissing, isConflict, isNotFound, refOf } from '../../apimachinery/kinds.ts';
import type { Informer } from '../../reconcile/index.ts';
import { type Secret, type ServiceAccount, secrets, serviceAccounts } from '../kinds/core.ts';
import type { ClusterContext } from '../shared/context.ts';

/** Signs the token of an account for a Secret; undefined where nothing can be signed. */
export type SecretToken = (account: {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly secretName: string;
}) => Promise<string> | undefined;

export interface TokenSupply {
  readonly secretToken: SecretToken;
  /** PEM; empty: none is told. */
  readonly certificateAuthority: string;
}

interface TokenContext extends ClusterContext, TokenSupply {
  readonly held: Informer<Secret>;
}

const accountName = 'kubernetes.io/service-account.name';
const accountUid = 'kubernetes.io/service-account.uid';

/** The key of the account that a Secret names. */
export function accountOf({ metadata }: Secret): string {
  return `${metadata.namespace}/${metadata.annotations?.[accountName] ?? ''}`;
}

/** One pass over a Secret: filled while its account is there, else removed. */
export async function reconcileSecret(key: string, context: TokenContext): Promise<undefined> {
  const { client, held } = context;
  const secret = held.get(key);
  if (!secret || secret.metadata.deletionTimestamp) return undefined;
  const { namespace = '', annotations = {} } = secret.metadata;
  const account = await client.find(serviceAccounts, { namespace, name: annotations[accountName] ?? '' });
  const meant = annotations[accountUid] ?? '';
  if (!account || (meant !== '' && meant !== account.metadata.uid)) {
    const preconditions = { uid: secret.metadata.uid ?? '' };
    await ignoringMissing(client.delete(secrets, refOf(secret), { preconditions }));
    return undefined;
  }
  const filled = await withToken(secret, account, context);
  if (filled) await unlessChanged(client.update(secrets, filled));
  return undefined;
}

/** The Secret with what it lacks; undefined when it lacks nothing that there is to give. */
async function withToken(
  secret: Secret,
  { metadata }: ServiceAccount,
  { secretToken, certificateAuthority }: TokenSupply,
): Promise<Secret | undefined> {
  const { namespace = '', annotations = {} } = secret.metadata;
  const { name = '', uid = '' } = metadata;
  const data = { ...secret.data };
  if (certificateAuthority !== '') data['ca.crt'] = base64(certificateAuthority);
  data['namespace'] ||= base64(namespace);
  if (!data['token']) {
    const token = await secretToken({ namespace, name, uid, secretName: secret.metadata.name ?? '' });
    if (token === undefined) return undefined;
    data['token'] = base64(token);
  }
  const isFilled = ['ca.crt', 'namespace', 'token'].every((each) => data[each] === secret.data?.[each]);
  if (isFilled && annotations[accountUid] === uid) return undefined;
  const named = { ...annotations, [accountName]: name, [accountUid]: uid };
  return { ...secret, metadata: { ...secret.metadata, annotations: named }, data };
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

/** Whoever changed or removed it meanwhile brings another pass. */
async function unlessChanged(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (thrown) {
    if (!isConflict(thrown) && !isNotFound(thrown)) throw thrown;
  }
}
