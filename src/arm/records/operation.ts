import type { Json } from '../../base/index.ts';
import type { OperationError, OperationOutcome } from '../contract.ts';

/**
 * A long-running operation as stored.
 * Source: https://github.com/microsoft/api-guidelines and the Resource Manager async contract.
 */
export interface Operation {
  readonly id: string;
  readonly subscriptionId: string;
  readonly namespace: string;
  /** Normal form, as in the path of its status. */
  readonly location: string;
  readonly resourceId: string;
  readonly verb: 'put' | 'patch' | 'delete' | 'post';
  readonly callerObjectId: string;
  /** What the caller had to be allowed, and has to be still when the result is fetched. Absent: older, or a delete. */
  readonly permission?: string;
  /** Version of the request; `Location` shows the resource in it. */
  readonly apiVersion: string;
  readonly retryAfterSeconds: number;
  readonly status: 'InProgress' | 'Succeeded' | 'Failed' | 'Canceled';
  readonly startedAtMs: number;
  readonly endedAtMs?: number;
  readonly result?: Json;
  readonly error?: OperationError;
  /** Of one that ended with its request, in place of a stored one: what its link says. */
  readonly seal?: string;
}

/** What is known of an operation when it begins. */
export type BegunOperation = Omit<
  Operation,
  'id' | 'status' | 'startedAtMs' | 'endedAtMs' | 'result' | 'error' | 'seal'
>;

/** How an operation ends whose resource was deleted before it was done. In Azure's own words; clients look for them. */
export const preempted = {
  status: 'Canceled',
  error: {
    code: 'OperationPreempted',
    message: 'Operation execution has been preempted by a more recent operation.',
  },
} as const satisfies OperationOutcome;
