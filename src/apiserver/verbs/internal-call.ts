import type { UserInfo } from '../../apimachinery/contract.ts';
import { valueBody } from '../answer/body.ts';
import type { Call } from '../call/call.ts';
import { defaultOptions } from '../request/options.ts';
import type { ServedResource } from '../storage/served-resource.ts';

/** The server itself, where it acts on its own. */
export const apiServerUser: UserInfo = {
  username: 'system:apiserver',
  uid: '',
  groups: ['system:masters', 'system:authenticated'],
  extra: {},
};

/** A call that the server makes for itself. */
export function internalCall(
  verb: string,
  resource: ServedResource,
  target: { readonly namespace: string; readonly name: string; readonly subresource?: string },
): Call {
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
  };
}
