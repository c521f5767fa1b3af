import { core, get, object, post } from './asks.ts';
import type { Conversation } from './play.ts';

const table = 'application/json;as=Table;v=v1;g=meta.k8s.io';
const yaml = 'application/yaml';

/** What is asked for in another form than plain JSON. */
export const formConversations: readonly Conversation[] = [
  {
    name: 'rows without an object say so',
    asks: [
      post(core('serviceaccounts'), object('v1', 'ServiceAccount', 'a')),
      get(core('serviceaccounts/a?includeObject=None'), table),
      get(core('serviceaccounts?includeObject=None'), table),
    ],
  },
  {
    name: 'documents of discovery in YAML',
    asks: [
      get('/apis/node.k8s.io', yaml),
      get('/apis/node.k8s.io/v1', yaml),
      get('/apis/nothing.example.com', yaml),
    ],
  },
  {
    name: 'resources are listed with a hash of the version in which a real server stores them',
    asks: ['/api/v1', '/apis/events.k8s.io/v1', '/apis/resource.k8s.io/v1', '/apis/autoscaling/v1'].map(
      (path) => get(path),
    ),
  },
  { name: 'the version is told in JSON alone', asks: [get('/version', yaml), get('/version', 'text/plain')] },
];
