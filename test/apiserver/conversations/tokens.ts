import type { Json, JsonObject } from '../../../src/base/index.ts';
import { core, get, object, pod, post } from './asks.ts';
import type { Ask, Conversation } from './play.ts';

const asked = (spec: JsonObject, metadata: JsonObject = {}): Ask =>
  post(core('serviceaccounts/a/token'), {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    metadata,
    spec,
  });
const bound = (boundObjectRef: Json) => asked({ boundObjectRef });
const seconds = (expirationSeconds: Json) => asked({ expirationSeconds });
const uid = '00000000-0000-0000-0000-000000000000';

/** Tokens that nobody gets. */
export const tokenConversations: readonly Conversation[] = [
  {
    name: 'tokens of service accounts',
    asks: [
      asked({}),
      { ...post(core('serviceaccounts'), object('v1', 'ServiceAccount', 'a')), unheard: true },
      { ...post(core('pods'), pod('p', { serviceAccountName: 'other' })), unheard: true },
      { ...post(core('secrets'), object('v1', 'Secret', 's')), unheard: true },
      get(core('serviceaccounts/a/token')),
      ...[0, -1, 599, 2 ** 32 + 1].map(seconds),
      bound({ kind: 'ConfigMap', apiVersion: 'v1', name: 'x' }),
      bound({ kind: '', name: 'x' }),
      bound({ kind: 'Pod', apiVersion: 'v1', name: 'nope' }),
      bound({ kind: 'Pod', apiVersion: 'v1', name: 'p' }),
      bound({ kind: 'Secret', apiVersion: 'v1', name: 'nope' }),
      bound({ kind: 'Secret', apiVersion: 'v1', name: 's', uid }),
      bound({ kind: 'Node', apiVersion: 'v1', name: 'nope' }),
      asked({}, { name: 'b' }),
      asked({}, { namespace: 'other' }),
      asked({}, { uid }),
      post(core('serviceaccounts/a/token'), '{'),
    ],
  },
];
