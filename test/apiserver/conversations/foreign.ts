import type { JsonObject } from '../../../src/base/index.ts';
import { core, deployment, get, object, patch, pod, post, put } from './asks.ts';
import type { Ask, Conversation } from './play.ts';

const eviction = object('policy/v1', 'Eviction', 'p');
const binding = object('v1', 'Binding', 'p', { target: { kind: 'Node', name: 'nobody' } });
const token: JsonObject = {
  apiVersion: 'authentication.k8s.io/v1',
  kind: 'TokenRequest',
  spec: { audiences: ['a'] },
};
const account = object('v1', 'ServiceAccount', 'a');

/** What a subresource takes, in kinds and versions that it does not take, and with members that the kind does not have. */
function asked(path: string, body: JsonObject): readonly Ask[] {
  return [
    post(path, { ...body, kind: 'Wrong' }),
    post(path, { ...body, kind: 'Pod', apiVersion: 'v1' }),
    post(path, { ...body, apiVersion: 'example.com/v1' }),
    post(`${path}?fieldValidation=Strict`, { ...body, unknown: 1 }),
    post(path, { ...body, metadata: 5 }),
  ];
}

const scale = (rest: JsonObject): JsonObject => object('autoscaling/v1', 'Scale', 'd', rest);

/** Bodies of subresources whose kind is not the resource's own. */
export const foreignConversations: readonly Conversation[] = [
  {
    name: 'an eviction of another kind ends no pod',
    asks: [post(core('pods'), pod('p')), ...asked(core('pods/p/eviction'), eviction), get(core('pods/p'))],
  },
  {
    name: 'a binding of another kind binds no pod',
    asks: [post(core('pods'), pod('p')), ...asked(core('pods/p/binding'), binding), get(core('pods/p'))],
  },
  {
    name: 'a token is asked for with a TokenRequest, and its body is read before its account is looked for',
    asks: [
      post(core('serviceaccounts'), account),
      ...asked(core('serviceaccounts/a/token'), token),
      ...asked(core('serviceaccounts/absent/token'), token),
      post(core('serviceaccounts/absent/token'), token),
    ],
  },
  {
    name: 'members that no Scale has are told of, and refused where that is asked for',
    asks: [
      post('/apis/apps/v1/namespaces/{ns}/deployments', deployment('d')),
      put('/apis/apps/v1/namespaces/{ns}/deployments/d/scale', scale({ spec: { replicas: 1, more: 2 } })),
      ...(['merge', 'strategic'] as const).flatMap((type) => [
        patch('/apis/apps/v1/namespaces/{ns}/deployments/d/scale', { status: { phase: 1 } }, type),
        patch('/apis/apps/v1/namespaces/{ns}/deployments/d/scale', { status: { zone: 1, area: 2 } }, 'merge'),
        patch(
          '/apis/apps/v1/namespaces/{ns}/deployments/d/scale?fieldValidation=Strict',
          { spec: { more: 1 } },
          type,
        ),
      ]),
    ],
  },
];
