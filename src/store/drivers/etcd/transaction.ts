import type { Transaction } from '../../contract.ts';
import type { Keyspace } from './keyspace.ts';

/** Compare's `EQUAL` and `MOD`. */
const equal = 0;
const modRevision = 2;

/** The request that writes all if every guard holds, and else reads what stands at the guards. */
export function transactionRequest({ guards = [], writes }: Transaction, keyspace: Keyspace): object {
  return {
    compare: guards.map(({ key, revision }) => ({
      result: equal,
      target: modRevision,
      key: keyspace.key(key),
      mod_revision: revision === 0 ? 0 : keyspace.theirs(revision),
    })),
    success: writes.map((write) =>
      'put' in write
        ? { request_put: { key: keyspace.key(write.put), value: write.value, lease: write.lease ?? '0' } }
        : { request_delete_range: { key: keyspace.key(write.delete) } },
    ),
    failure: guards.map(({ key }) => ({ request_range: { key: keyspace.key(key) } })),
  };
}
