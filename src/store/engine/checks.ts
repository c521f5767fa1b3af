import { CodedError } from '../../base/index.ts';
import {
  type RangeQuery,
  storeLimits,
  type Transaction,
  type TransactionLimits,
  transactionBytes,
} from '../contract.ts';
import type { LedgerRange } from './ledger.ts';

const printableAscii = /^[\x21-\x7e]*$/;

/** Throws `invalid` or `too-large`; a transaction that passes can only fail by its guards and leases. */
export function checkTransaction(transaction: Transaction, limits: TransactionLimits): void {
  const { writes, guards = [] } = transaction;
  checkMost(writes.length, limits.writes, 'changes');
  checkMost(guards.length, limits.guards, 'conditions');
  for (const write of writes) checkKey('put' in write ? write.put : write.delete);
  for (const guard of guards) checkKey(guard.key);
  checkMost(transactionBytes(transaction), limits.bytes, 'bytes');
  if (writes.length > 1) checkDistinct(transaction);
}

/** Checks a range query and fills in what it leaves open. */
export function checkRange(query: RangeQuery, revision: number, compacted: number): LedgerRange {
  const { prefix, afterKey, atRevision, limit = storeLimits.rangeEntries } = query;
  if (!Number.isInteger(limit) || limit < 1) {
    throw new CodedError('invalid', 'The limit of a range is a whole number of at least 1.');
  }
  if (atRevision !== undefined) {
    if (atRevision < compacted) throw compactedError(atRevision, compacted);
    if (atRevision > revision) {
      throw new CodedError(
        'invalid',
        `Revision ${atRevision} has not happened yet; the latest is ${revision}.`,
      );
    }
  }
  return {
    prefix,
    afterKey,
    limit: Math.min(limit, storeLimits.rangeEntries),
    atRevision: atRevision === revision ? undefined : atRevision,
  };
}

export function compactedError(revision: number, compacted: number): CodedError {
  return new CodedError(
    'gone',
    `Revision ${revision} has been compacted; the oldest one kept is ${compacted}.`,
  );
}

export function checkLeaseTtl(ttlMs: number): void {
  if (!(ttlMs >= 1 && ttlMs <= storeLimits.leaseTtlMs)) {
    throw new CodedError('invalid', `A lease lasts between 1 and ${storeLimits.leaseTtlMs} ms.`);
  }
}

function checkMost(count: number, most: number, unit: string): void {
  if (count > most) {
    throw new CodedError('too-large', `What is written at once takes ${most} ${unit} at most, not ${count}.`);
  }
}

function checkKey(key: string): void {
  if (key.length > storeLimits.keyBytes) {
    throw new CodedError('too-large', `A key takes ${storeLimits.keyBytes} bytes at most.`);
  }
  if (key.length === 0 || !printableAscii.test(key)) {
    throw new CodedError('invalid', 'A key is printable ASCII without blanks; percent-encode the rest.');
  }
}

function checkDistinct({ writes }: Transaction): void {
  const seen = new Set<string>();
  for (const write of writes) seen.add('put' in write ? write.put : write.delete);
  if (seen.size !== writes.length) {
    throw new CodedError('invalid', 'A transaction writes a key only once.');
  }
}
