import assert from 'node:assert/strict';
import { Agent, request as httpsRequest } from 'node:https';
import {
  isDeeperThan,
  isObject,
  type Json,
  type JsonObject,
  nestingLevelsLimit,
  type Random,
} from '../../../src/base/index.ts';
import { startTestServer } from '../../apiserver/harness.ts';
import { hostileTexts, pick } from '../inputs/hostile.ts';
import { jsonForm } from '../inputs/json.ts';
import type { Target } from '../target.ts';
import { answered, lazily, type Sent, sentBy } from './servers.ts';

/** A real kube-apiserver to compare with. */
export interface Peer {
  readonly url: string;
  /** Of somebody who may do everything. */
  readonly token: string;
}

const maps = 'api/v1/namespaces/default/configmaps';
const deployments = 'apis/apps/v1/namespaces/default/deployments';
const labels = { app: 'fuzz' };
const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'fuzz', labels, finalizers: ['example.com/a', 'example.com/b'] },
  spec: {
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: { containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 80 }] }] },
    },
  },
};
const patchTypes = ['json-patch+json', 'merge-patch+json', 'strategic-merge-patch+json', 'apply-patch+yaml'];
const dry = 'dryRun=All&fieldManager=fuzz';
const at = `${deployments}/fuzz?${dry}`;

const known: readonly JsonObject[] = [
  { method: 'GET', path: `${maps}?labelSelector=a%20in%20(b,c),!d&limit=5` },
  { method: 'GET', path: `${maps}?fieldSelector=metadata.name%3Dx,metadata.namespace!%3Dy` },
  { method: 'GET', path: `${maps}?resourceVersion=0&resourceVersionMatch=NotOlderThan` },
  {
    method: 'POST',
    path: `${maps}?${dry}`,
    type: 'application/yaml',
    body: 'kind: ConfigMap\napiVersion: v1\nmetadata: {name: a}\ndata:\n  "1": "yes"\n  b: |\n    c\n',
  },
  {
    method: 'PATCH',
    path: at,
    type: 'application/json-patch+json',
    body: [
      { op: 'add', path: '/metadata/labels/x', value: 'y' },
      { op: 'test', path: '/kind', value: 'Deployment' },
    ],
  },
  {
    method: 'PATCH',
    path: at,
    type: 'application/merge-patch+json',
    body: { metadata: { labels: { x: null } }, spec: { replicas: 2 } },
  },
  {
    method: 'PATCH',
    path: at,
    type: 'application/strategic-merge-patch+json',
    body: {
      spec: {
        template: {
          spec: {
            $retainKeys: ['containers'],
            containers: [
              { name: 'c', $patch: 'delete' },
              { name: 'd', image: 'i' },
            ],
          },
        },
      },
    },
  },
  { method: 'PATCH', path: `${at}&force=true`, type: 'application/apply-patch+yaml', body: deployment },
  { method: 'DELETE', path: `${at}&propagationPolicy=Orphan&gracePeriodSeconds=1` },
];

function drawn(random: Random): JsonObject {
  const query = (name: string) => `${name}=${encodeURIComponent(pick(random, hostileTexts).toWellFormed())}`;
  const type = `application/${pick(random, patchTypes)}`;
  return random.integer(2) === 0
    ? {
        method: 'GET',
        path: `${maps}?${query(pick(random, ['labelSelector', 'fieldSelector', 'limit', 'resourceVersion', 'continue', 'timeoutSeconds']))}`,
      }
    : { method: 'PATCH', path: at, type, body: { spec: { [pick(random, hostileTexts)]: 1 } } };
}

/** What both servers have before anything is asked. */
const prepared: Json = { method: 'POST', path: deployments, type: 'application/json', body: deployment };

/** Only what changes nothing is asked, of these two resources, so that both servers stay as they are. */
function isHarmless({ method, target, body }: Sent): boolean {
  const [path = '', query = ''] = target.split('?');
  const decoded = (() => {
    try {
      return decodeURIComponent(path);
    } catch {
      return '';
    }
  })();
  const known = decoded === `/${maps}` || decoded === `/${deployments}/fuzz`;
  const parameters = new URLSearchParams(query);
  if (!known || parameters.has('watch') || Number(parameters.get('resourceVersion') || 0) > 0) return false;
  // What a body of options says counts in place of the query.
  if (method === 'DELETE' && body.length > 0) return false;
  return method === 'GET' || parameters.getAll('dryRun').join() === 'All';
}

const agent = new Agent({ keepAlive: true, rejectUnauthorized: false });

function statusOf(
  { url, token }: Peer,
  { method, target, headers, body }: Sent,
): Promise<{ status: number; text: string } | undefined> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const options = {
      agent,
      hostname,
      port,
      method,
      path: target,
      headers: { ...headers, authorization: `Bearer ${token}` },
    };
    const sent = httpsRequest(options, async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk);
      resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() });
    });
    // A handler of the real server that panics ends the connection.
    sent.on('error', () => resolve(undefined));
    sent.end(body);
  });
}

/** The same requests to a real server and to ours: the same status. */
export function against(peer: Peer): Target<Json> {
  const server = lazily(async () => {
    const started = await startTestServer();
    const first = sentBy(prepared);
    if (first) {
      await statusOf(peer, first);
      await answered(started.server.handler, {
        ...first,
        headers: { ...first.headers, authorization: 'Bearer admin-token' },
      });
    }
    return started;
  });
  return {
    name: 'against',
    form: jsonForm,
    uncounted: true,
    corpus: () => known,
    generate: drawn,
    async run(input) {
      const sent = isObject(input) ? sentBy(input) : undefined;
      // A real server takes deeper values.
      if (!sent || !isHarmless(sent) || isDeeperThan(input, nestingLevelsLimit)) return;
      const { server: ours } = await server.get();
      const real = await statusOf(peer, sent);
      if (!real) return;
      const own = await answered(ours.handler, {
        ...sent,
        headers: { ...sent.headers, authorization: 'Bearer admin-token' },
      });
      assert.equal(own.status, real.status, `${own.text.slice(0, 300)}\nreal: ${real.text.slice(0, 300)}`);
    },
    close: async () => (await server.taken())?.close(),
  };
}
