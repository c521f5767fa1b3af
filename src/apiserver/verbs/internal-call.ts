import type { UserInfo } from '../../apimachinery/contract.ts';
import { valueBody } from '../answer/body.ts';
import type { Call } from '../call/call.ts';
import type { Term } from '../call/own-work.ts';
import { CallRecord } from '../call/record.ts';
import { defaultOptions } from '../request/options.ts';
import type { ServedResource } from '../storage/served-resource.ts';

/** The server itself, where it acts on its own. */
export const apiServerUser: UserInfo = {
  username: 'system:apiserver',
  uid: '',
  groups: ['system:masters', 'system:authenticated'],
  extra: {},
};

/** A call that the server makes for itself, as part of its own work. */
export function internalCall(
  { fence }: Term,
  verb: string,
  about: {
    readonly resource: ServedResource;
    readonly namespace: string;
    readonly name: string;
    readonly subresource?: string;
  },
): Call {
  const { resource, ...target } = about;
  const guard = fence();
  return {
    verb,
    resource,
    subresource: target.subresource ?? '',
    namespace: target.namespace,
    name: target.name,
    user: apiServerUser,
    options: { ...defaultOptions, fieldManager: 'kube-apiserver', fieldValidation: 'Ignore' },
    body: valueBody(undefined),
    userAgent: 'kube-apiserver',
    warnings: [],
    record: new CallRecord(),
    ...(guard && { fence: guard }),
  };
}
