import { ArmError, isFinalState, type ResourceAction, type ResourceRecord } from '../../../arm/index.ts';

/**
 * Ends what is being done to a cluster or pool where it is; nothing is taken back. Its loop does it with its next step.
 * Source: https://learn.microsoft.com/azure/aks/manage-abort-operations
 */
export const abortAction: ResourceAction = {
  mode: 'later',
  async run({ update }) {
    await update((record) => {
      if (isFinalState(record.provisioningState)) throw nothingToAbort(record);
      if (record.provisioningState === 'Deleting') throw cannotAbort(record);
      return { ...record, provisioningState: 'Canceling', internal: { ...record.internal, aborted: true } };
    });
    return null;
  },
};

export function isAborted({ internal }: Pick<ResourceRecord, 'internal'>): boolean {
  return internal?.['aborted'] === true;
}

/** The record when its abort has come to its end. */
export function withoutAbort(record: ResourceRecord): ResourceRecord {
  const { aborted: _over, ...internal } = record.internal ?? {};
  return { ...record, internal };
}

/** How an operation ends that somebody aborted. */
export const abortedOutcome = {
  status: 'Canceled',
  error: { code: 'Canceled', message: 'The operation was canceled because somebody asked to abort it.' },
} as const;

function nothingToAbort({ name }: ResourceRecord): ArmError {
  return new ArmError(
    400,
    'OperationNotAllowed',
    `There is no operation in progress on '${name}' that could be aborted.`,
  );
}

function cannotAbort({ name }: ResourceRecord): ArmError {
  return new ArmError(400, 'OperationNotAllowed', `The deletion of '${name}' cannot be aborted.`);
}
