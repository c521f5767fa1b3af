import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect as connectHttp2 } from 'node:http2';
import { Agent, request as requestHttps } from 'node:https';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  createDefaultHttpClient,
  createEmptyPipeline,
  createPipelineRequest,
} from '@azure/core-rest-pipeline';
import { freePort, runProgram, TestEstate } from '../walkthrough/estate.ts';

/** Large bodies of the clients that people use, on connections that they keep, to every service. */
let estate: TestEstate;
let ca: string;
let targets: readonly Target[];

interface Target {
  readonly method: 'PUT' | 'POST';
  readonly url: string;
  readonly token: string;
  /** What a body that came whole is answered with, whatever its size: a refusal of what it says, not of its form. */
  readonly status: number;
  readonly reason: string;
  readonly body: (bytes: number) => string;
  readonly mostBytes: number;
}

before(async () => {
  const port = await freePort();
  estate = await TestEstate.start('--cluster-ports', `${port}-${port}`);
  ca = await readFile(String(estate.status['caFile']), 'utf8');
  const group = (await estate.succeeds('az group create -n g -l eastus --query id -o tsv')).stdout.trim();
  const token = async (of: string) =>
    (await estate.succeeds(`az account get-access-token ${of} --query accessToken -o tsv`)).stdout.trim();
  const config = join(estate.home, 'c.config');
  const made = await estate.succeeds(`
    az aks create -g g -n c --node-count 1 --no-ssh-key -o none
    az aks get-credentials -g g -n c --admin -f ${config} 2>/dev/null
    kubectl --kubeconfig ${config} create clusterrolebinding d --clusterrole cluster-admin --serviceaccount default:default >/dev/null
    kubectl --kubeconfig ${config} create token default`);
  const text = (bytes: number) => 'u'.repeat(bytes);
  targets = [
    {
      method: 'POST',
      url: `https://localhost:${port}/api/v1/namespaces/default/configmaps`,
      token: made.stdout.trim(),
      status: 422,
      reason: 'Invalid',
      body: (bytes) =>
        `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"No Name"},"data":{"a":"${text(bytes)}"}}`,
      mostBytes: 3_000_000,
    },
    {
      method: 'PUT',
      url: `${String(estate.status['resourceManager'])}${group}?api-version=2021-04-01`,
      token: await token(''),
      status: 400,
      reason: 'InvalidTag',
      body: (bytes) => `{"location":"eastus","tags":{"a":"${text(bytes)}"}}`,
      mostBytes: 4_000_000,
    },
    {
      method: 'POST',
      url: `${String(estate.status['graph'])}/v1.0/groups`,
      token: await token('--resource-type ms-graph'),
      status: 400,
      reason: 'Request_BadRequest',
      body: (bytes) => `{"displayName":"g","nickname":"${text(bytes)}"}`,
      mostBytes: 1_000_000,
    },
  ];
});

after(() => estate?.[Symbol.asyncDispose]());

type Upload = (target: Target, body: string) => Promise<{ readonly status: number; readonly text: string }>;

const headersFor = ({ token }: Target, body: string) => ({
  authorization: `Bearer ${token}`,
  'content-type': 'application/json',
  'content-length': String(body.length),
});

/** 300 bodies of 60 kB to 5 MB, eight at a time; what is larger than a service takes is a 413 that is read. */
async function uploadMany(upload: Upload): Promise<void> {
  for (const target of targets) {
    const sizes = Array.from({ length: 100 }, (_, i) => (i % 25 === 0 ? 5_000_000 : 60_000 + i * 4_000));
    const next = sizes.values();
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        for (const bytes of next) {
          const { status, text } = await upload(target, target.body(bytes));
          const { error, reason } = JSON.parse(text);
          const wanted =
            bytes > target.mostBytes ? [413, 'RequestEntityTooLarge'] : [target.status, target.reason];
          assert.deepEqual([status, error?.code ?? reason], wanted);
        }
      }),
    );
  }
}

test('300 uploads of node:https with a keep-alive agent all arrive', async (t) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 4, ca });
  t.after(() => agent.destroy());
  await uploadMany(async (target, body) => {
    const outgoing = requestHttps(target.url, {
      method: target.method,
      agent,
      headers: headersFor(target, body),
    });
    outgoing.end(body);
    const [incoming] = await once(outgoing, 'response');
    let text = '';
    for await (const chunk of incoming) text += String(chunk);
    return { status: incoming.statusCode, text };
  });
});

test("300 uploads of the Azure SDKs' pipeline all arrive", async () => {
  // One object: the pipeline keeps the connections of settings that it has seen.
  const tlsSettings = { ca };
  const client = createDefaultHttpClient();
  const pipeline = createEmptyPipeline();
  await uploadMany(async (target, body) => {
    const { url, method } = target;
    const request = createPipelineRequest({ url, method, body });
    request.tlsSettings = tlsSettings;
    for (const [name, value] of Object.entries(headersFor(target, body))) request.headers.set(name, value);
    const { status, bodyAsText } = await pipeline.sendRequest(client, request);
    return { status, text: bodyAsText ?? '' };
  });
});

test('300 uploads on one HTTP/2 connection to each service all arrive', async (t) => {
  const sessions = new Map(
    targets.map(({ url }) => [
      new URL(url).origin,
      connectHttp2(new URL(url).origin, { ca, maxSessionMemory: 1_000 }),
    ]),
  );
  t.after(() => {
    for (const session of sessions.values()) session.destroy();
  });
  await uploadMany(async (target, body) => {
    const { origin, pathname, search } = new URL(target.url);
    const stream = sessions.get(origin)?.request({
      ':path': `${pathname}${search}`,
      ':method': target.method,
      ...headersFor(target, body),
    });
    assert.ok(stream);
    stream.end(body);
    const [headers] = await once(stream, 'response');
    let text = '';
    for await (const chunk of stream) text += String(chunk);
    return { status: Number(headers[':status']), text };
  });
});

test('300 uploads of fetch, which is undici, all arrive', async () => {
  // Fetch takes a CA from the environment of its process only.
  const script = `
    const { targets, sizes } = JSON.parse(process.env.UPLOADS);
    for (const { url, method, token, start, end, status, reason, mostBytes } of targets) {
      const next = sizes.values();
      await Promise.all(Array.from({ length: 8 }, async () => {
        for (const bytes of next) {
          const headers = { authorization: 'Bearer ' + token, 'content-type': 'application/json' };
          const answer = await fetch(url, { method, headers, body: start + 'u'.repeat(bytes) + end });
          const told = await answer.json();
          const found = answer.status + ' ' + (told.error?.code ?? told.reason);
          const wanted = bytes > mostBytes ? '413 RequestEntityTooLarge' : status + ' ' + reason;
          if (found !== wanted) throw new Error(found + ' for ' + bytes);
        }
      }));
    }`;
  const sizes = Array.from({ length: 100 }, (_, i) => (i % 25 === 0 ? 5_000_000 : 60_000 + i * 4_000));
  const sent = targets.map(({ body, ...target }) => {
    const [start, end] = body(1).split('u"');
    return { ...target, start, end: `"${end}` };
  });
  const environment = {
    NODE_EXTRA_CA_CERTS: String(estate.status['caFile']),
    UPLOADS: JSON.stringify({ targets: sent, sizes }),
  };
  const finished = await runProgram(process.execPath, ['--input-type=module', '-e', script], environment);
  assert.deepEqual([finished.code, finished.stderr], [0, '']);
});
