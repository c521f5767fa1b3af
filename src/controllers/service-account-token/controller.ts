import { objectKey } from '../../apimachinery/kinds.ts';
import {
  type ChangeType,
  type Controller,
  Informer,
  runController,
  watchKeys,
} from '../../reconcile/index.ts';
import { type Secret, secrets, serviceAccounts } from '../kinds/core.ts';
import type { ClusterContext } from '../shared/context.ts';
import { accountOf, reconcileSecret, type TokenSupply } from './reconcile.ts';

export type { SecretToken } from './reconcile.ts';

/** Fills Secrets of service accounts with their tokens, and removes them with their accounts. */
export function startTokenController(context: ClusterContext, supply: TokenSupply): Controller {
  const { clock, log } = context;
  const held = new Informer({
    ...{ client: context.client.cluster, clock, log },
    kind: secrets,
    select: { fieldSelector: 'type=kubernetes.io/service-account-token' },
  });
  context.signal.addEventListener('abort', () => held.close(), { once: true });
  const accounts = context.informers.of(serviceAccounts);
  const ofAccounts = new Map<string, Set<string>>();
  const follow = (secret: Secret, previous: Secret | undefined, type: ChangeType): string => {
    const key = objectKey(secret);
    if (previous) ofAccounts.get(accountOf(previous))?.delete(key);
    const account = accountOf(secret);
    const keys = ofAccounts.get(account) ?? new Set();
    if (type === 'deleted') keys.delete(key);
    else ofAccounts.set(account, keys.add(key));
    if (keys.size === 0) ofAccounts.delete(account);
    return key;
  };
  return runController({
    ...context,
    name: 'service-account-token',
    watches: [watchKeys(held, follow), watchKeys(accounts, (account) => ofAccounts.get(objectKey(account)))],
    reconcile: (key) => reconcileSecret(key, { ...context, ...supply, held }),
  });
}
