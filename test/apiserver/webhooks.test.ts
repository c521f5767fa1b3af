import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { objectAt, textAt } from '../../src/apimachinery/read.ts';
import type { JsonObject } from '../../src/base/index.ts';
import { autoscalerV2 } from './autoscaler.ts';
import { startTestServer, type TestServer } from './harness.ts';
import {
  type Asked,
  allowed,
  configMaps,
  configuration,
  decided,
  patched,
  refused,
  startWebhookServer,
  type WebhookServer,
} from './webhook-server.ts';

const registration = '/apis/admissionregistration.k8s.io/v1';
const mutating = `${registration}/mutatingwebhookconfigurations`;
const validating = `${registration}/validatingwebhookconfigurations`;
const maps = '/api/v1/namespaces/default/configmaps';

describe('admission webhooks', () => {
  let test: TestServer;
  let webhooks: WebhookServer;
  let made: string[] = [];
  let number = 0;

  before(async () => {
    webhooks = await startWebhookServer(['named.default.svc', 'hooks.default.svc']);
    test = await startTestServer({
      serviceUrls: new Map([['default/hooks', new URL(`https://127.0.0.1:${webhooks.port}/below`)]]),
    });
  });

  after(async () => {
    await test.close();
    await webhooks.close();
  });

  async function send(method: string, path: string, body?: unknown, type = 'application/json') {
    const answer = await test.fetch(path, {
      method,
      headers: { 'content-type': type },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return {
      status: answer.status,
      warning: answer.headers.get('warning'),
      body: JSON.parse(await answer.text()),
    };
  }

  function map(more: JsonObject = {}): JsonObject {
    number++;
    return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `m${number}` }, ...more };
  }

  /** Registers webhooks for the time of one test. */
  async function asked(kind: 'Mutating' | 'Validating', ...hooks: JsonObject[]) {
    const name = `t${++number}`;
    const path = kind === 'Mutating' ? mutating : validating;
    const answer = await send('POST', path, configuration(`${kind}WebhookConfiguration`, name, ...hooks));
    if (answer.status === 201) made.push(`${path}/${name}`);
    return { ...answer, hook: `${name}.example.com` };
  }

  /** What runs with webhooks leaves none. */
  function run(name: string, body: () => Promise<void>): void {
    it(name, async () => {
      webhooks.asked.length = 0;
      try {
        await body();
      } finally {
        for (const path of made) await send('DELETE', path);
        made = [];
      }
    });
  }

  run(
    'may write more of what they are asked about, also where each write depends on all others',
    async () => {
      const path = '/apis/scheduling.k8s.io/v1/priorityclasses';
      const priority = (name: string) => ({
        metadata: { name },
        value: 1,
        globalDefault: name.startsWith('first'),
      });
      const rules = [{ ...configMaps, apiGroups: ['scheduling.k8s.io'], resources: ['priorityclasses'] }];
      const within: number[] = [];
      for (const kind of ['Mutating', 'Validating'] as const) {
        webhooks.on(`/${kind}`, async (ask) => {
          const name = String(ask.request['name']);
          if (name.startsWith('first'))
            within.push((await send('POST', path, priority(`of-${kind.toLowerCase()}-${name}`))).status);
          return allowed(ask);
        });
        await asked(kind, { clientConfig: webhooks.at(`/${kind}`), rules, timeoutSeconds: 30 });
      }
      const names = ['first-a', 'first-b', 'first-c'];
      const answers = await Promise.all(names.map((name) => send('POST', path, priority(name))));
      assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 403, 403]);
      assert.deepEqual([...new Set(within)], [201]);
      // Each was asked about once, however often it was decided.
      assert.equal(within.length, 6);
    },
  );

  run('are not listened to for long when what they say is no JSON', async () => {
    webhooks.on('/long', () => ({ body: 'k: v\n'.repeat(60_000) }));
    await asked('Validating', { clientConfig: webhooks.at('/long') });
    const long = await send('POST', maps, map());
    assert.equal(long.status, 500);
    assert.match(
      long.body.message,
      /failed to call webhook: answers that are no JSON have at most 262144 bytes/,
    );
  });

  run('are asked again over another connection when the one that was kept is gone', async () => {
    let lost = 0;
    webhooks.on('/kept', (ask) => {
      const isFirst = webhooks.asked.filter(({ path }) => path === '/kept').length === 1;
      if (isFirst || lost > 0) return allowed(ask);
      lost++;
      return { hangsUp: true };
    });
    await asked('Validating', { clientConfig: webhooks.at('/kept') });
    for (let at = 0; at < 2; at++) assert.equal((await send('POST', maps, map())).status, 201);
    assert.equal(lost, 1);
  });

  run('ask about a write as the real server does', async () => {
    webhooks.on('/all', allowed);
    await asked('Validating', {
      clientConfig: webhooks.at('/all'),
      rules: [{ ...configMaps, operations: ['*'] }],
    });
    await send('POST', `${maps}?fieldManager=me`, map({ metadata: { name: 'one' } }));
    await send('PATCH', `${maps}/one?dryRun=All`, { data: { a: 'b' } }, 'application/merge-patch+json');
    await send('DELETE', `${maps}/one`, { kind: 'DeleteOptions', apiVersion: 'v1', gracePeriodSeconds: 3 });
    const [create, update, remove] = webhooks.asked.map(({ request }) => request);
    const { uid, object, ...rest } = create ?? {};
    assert.match(String(uid), /^[0-9a-f-]{36}$/);
    assert.equal(textAt(object, 'kind'), 'ConfigMap');
    const resource = { group: '', version: 'v1', resource: 'configmaps' };
    const kind = { group: '', version: 'v1', kind: 'ConfigMap' };
    assert.deepEqual(rest, {
      kind,
      resource,
      requestKind: kind,
      requestResource: resource,
      name: 'one',
      namespace: 'default',
      operation: 'CREATE',
      userInfo: { username: 'admin', groups: ['system:masters', 'system:authenticated'] },
      oldObject: null,
      dryRun: false,
      options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1', fieldManager: 'me' },
    });
    assert.equal(update?.['dryRun'], true);
    assert.deepEqual(update?.['options'], {
      kind: 'UpdateOptions',
      apiVersion: 'meta.k8s.io/v1',
      dryRun: ['All'],
    });
    assert.equal(remove?.['object'], null);
    assert.equal(textAt(remove, 'oldObject', 'kind'), 'ConfigMap');
    assert.deepEqual(remove?.['options'], {
      kind: 'DeleteOptions',
      apiVersion: 'meta.k8s.io/v1',
      gracePeriodSeconds: 3,
    });
    assert.equal(webhooks.asked[0]?.search, '?timeout=10s');
  });

  run('refuse with their own Status, in whose text they are named', async () => {
    const details = { name: 'n', causes: [{ reason: 'FieldValueInvalid', message: 'bad', field: 'data.x' }] };
    webhooks.on(
      '/no',
      refused({ message: 'm', reason: 'Invalid', code: 422, details: { ...details, junk: 1 } }),
    );
    const { hook } = await asked('Validating', { clientConfig: webhooks.at('/no') });
    const answer = await send('POST', maps, map());
    assert.equal(answer.status, 422);
    assert.equal(answer.body.message, `admission webhook "${hook}" denied the request: m`);
    assert.equal(answer.body.reason, 'Invalid');
    assert.deepEqual(answer.body.details, details);
    webhooks.on('/no', refused());
    const plain = await send('POST', maps, map());
    assert.equal(plain.status, 400);
    assert.equal(plain.body.message, `admission webhook "${hook}" denied the request without explanation`);
  });

  run('change an object, and what they changed belongs to nobody', async () => {
    webhooks.on(
      '/add',
      patched({ op: 'add', path: '/data', value: { a: 'b' } }, { op: 'add', path: '/junk', value: 1 }),
    );
    await asked('Mutating', { clientConfig: webhooks.at('/add') });
    const { body } = await send('POST', maps, map());
    assert.deepEqual(body.data, { a: 'b' });
    assert.equal(body.junk, undefined);
    assert.doesNotMatch(JSON.stringify(body.metadata.managedFields ?? []), /f:data/);
  });

  run('that want to be are asked again when a later one changes the object', async () => {
    const order: string[] = [];
    const count = (one: Asked) => {
      order.push('a');
      const data = objectAt(one.request, 'object', 'data');
      return patched({ op: 'add', path: '/data', value: { ...data, a: String(Number(data['a'] ?? 0) + 1) } })(
        one,
      );
    };
    webhooks.on('/a', count);
    webhooks.on('/n', (one) => {
      order.push('n');
      return allowed(one);
    });
    webhooks.on('/b', (one) => {
      order.push('b');
      return patched({ op: 'add', path: '/data/b', value: '1' })(one);
    });
    await asked(
      'Mutating',
      { name: 'a.example.com', clientConfig: webhooks.at('/a'), reinvocationPolicy: 'IfNeeded' },
      { name: 'n.example.com', clientConfig: webhooks.at('/n') },
      { name: 'b.example.com', clientConfig: webhooks.at('/b') },
    );
    const { body } = await send('POST', maps, map());
    assert.deepEqual(order, ['a', 'n', 'b', 'a']);
    assert.deepEqual(body.data, { a: '2', b: '1' });
  });

  run('whose patch does not apply fail the write in the words of the real server', async () => {
    const cases: readonly (readonly [JsonObject, string])[] = [
      [
        { op: 'add', path: '/a/b/c', value: 1 },
        'add operation does not apply: doc is missing path: "/a/b/c": missing value',
      ],
      [
        { op: 'remove', path: '/data' },
        "error in remove for path: '/data': Unable to remove nonexistent key: data: missing value",
      ],
      [{ op: 'test', path: '/data', value: '1' }, 'testing value /data failed: test failed'],
      [{ op: 'frob', path: '/data' }, 'Unexpected kind: frob'],
    ];
    const { hook } = await asked('Mutating', { clientConfig: webhooks.at('/bad') });
    const deep = `[{"op":"add","path":"/x","value":${'['.repeat(3_000)}12345678901234567890${']'.repeat(3_000)}}]`;
    webhooks.on('/bad', ({ request }) => ({
      body: {
        ...{ kind: 'AdmissionReview', apiVersion: 'admission.k8s.io/v1' },
        response: {
          ...{ uid: textAt(request, 'uid'), allowed: true, patchType: 'JSONPatch' },
          patch: Buffer.from(deep).toString('base64'),
        },
      },
    }));
    assert.equal(
      (await send('POST', maps, map())).body.message,
      `Internal error occurred: failed calling webhook "${hook}": received undecodable patch in webhook response: exceeded max depth`,
    );
    for (const [operation, why] of cases) {
      webhooks.on('/bad', patched(operation));
      const { status, body } = await send('POST', maps, map());
      assert.deepEqual([status, body.message], [500, `Internal error occurred: ${why}`]);
    }
  });

  run('that give no answer which counts fail the write, or not, as their policy says', async () => {
    const wrong = (body: JsonObject) => () => ({ body });
    // The number sends the text to the slower of two readers.
    const deep = `${'{"a":'.repeat(3_000)}12345678901234567890${'}'.repeat(3_000)}`;
    const cases: readonly (readonly [
      (asked: Asked) => { status?: number; body?: JsonObject | string | Uint8Array; hangsUp?: boolean },
      string,
    ])[] = [
      [
        () => ({ status: 500, body: 'broken' }),
        'failed to call webhook: an error on the server ("broken") has prevented the request from succeeding',
      ],
      [
        () => ({ status: 404, body: 'x' }),
        'failed to call webhook: the server could not find the requested resource',
      ],
      [
        () => ({ status: 302, body: 'x' }),
        'failed to call webhook: the server responded with the status code 302 but did not return more information',
      ],
      [
        wrong({ kind: 'AdmissionReview', apiVersion: 'admission.k8s.io/v1' }),
        'received invalid webhook response: webhook response was absent',
      ],
      [
        wrong({ kind: 'AdmissionReview', apiVersion: 'admission.k8s.io/v1beta1' }),
        'failed to call webhook: converting (v1beta1.AdmissionReview) to (v1.AdmissionReview): unknown conversion',
      ],
      [
        () => ({ body: deep }),
        "failed to call webhook: couldn't get version/kind; json parse error: exceeded max depth",
      ],
      [
        () => ({ body: Buffer.from('{"kind":"\xff"}', 'latin1') }),
        'failed to call webhook: no kind "\ufffd" is registered for version "" in scheme "pkg/runtime/scheme.go:110"',
      ],
      [
        () => ({ hangsUp: true }),
        `failed to call webhook: Post "https://127.0.0.1:${webhooks.port}/x?timeout=10s": EOF`,
      ],
    ];
    const { hook } = await asked('Validating', { clientConfig: webhooks.at('/x') });
    for (const [answer, why] of cases) {
      webhooks.on('/x', answer);
      const { status, body } = await send('POST', maps, map());
      assert.equal(status, 500);
      assert.equal(body.message, `Internal error occurred: failed calling webhook "${hook}": ${why}`);
    }
    for (const path of made.splice(0)) await send('DELETE', path);
    await asked('Validating', { clientConfig: webhooks.at('/x'), failurePolicy: 'Ignore' });
    assert.equal((await send('POST', maps, map())).status, 201);
  });

  run('of a Service are reached at its URL, under its own name, over a connection that is kept', async () => {
    webhooks.on('/svc', allowed);
    const external = { type: 'ExternalName', externalName: '127.0.0.1' };
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'named' }, spec: external };
    assert.equal((await send('POST', '/api/v1/namespaces/default/services', service)).status, 201);
    const { caBundle, port } = webhooks;
    const reference = { name: 'named', namespace: 'default', port, path: '/svc' };
    await asked('Validating', { clientConfig: { service: reference, caBundle } });
    const before = webhooks.connections;
    for (let i = 0; i < 3; i++) assert.equal((await send('POST', maps, map())).status, 201);
    assert.equal(webhooks.asked[0]?.host, `named.default.svc:${port}`);
    assert.equal(webhooks.connections - before, 1);
  });

  run('of a Service that runs outside are reached where the server was told', async () => {
    webhooks.on('/below/p', allowed);
    const service = { name: 'hooks', namespace: 'default', path: '/p' };
    await asked('Validating', { clientConfig: { service, caBundle: webhooks.caBundle } });
    assert.equal((await send('POST', maps, map())).status, 201);
    assert.equal(webhooks.asked[0]?.host, 'hooks.default.svc:443');
  });

  run('are trusted by their own certificate, and their path is cleaned, as envtest has it', async () => {
    webhooks.on('/deep/path', allowed);
    const { certificate: caBundle, port } = webhooks;
    await asked('Validating', { clientConfig: { url: `https://127.0.0.1:${port}//deep/./path/`, caBundle } });
    assert.equal((await send('POST', maps, map())).status, 201);
    assert.equal(webhooks.asked.length, 1);
  });

  run('of a Service that is not there, or has another name in its certificate, are not reached', async () => {
    const { caBundle, port } = webhooks;
    const { hook } = await asked('Validating', {
      clientConfig: { service: { name: 'none', namespace: 'default', path: '/p' }, caBundle },
    });
    const absent = await send('POST', maps, map());
    assert.equal(
      absent.body.message,
      `Internal error occurred: failed calling webhook "${hook}": failed to call webhook: Post "https://none.default.svc:443/p?timeout=10s": service "none" not found`,
    );
    for (const path of made.splice(0)) await send('DELETE', path);
    await asked('Validating', { clientConfig: { url: `https://localhost:${port}/x`, caBundle } });
    const misnamed = await send('POST', maps, map());
    assert.match(
      misnamed.body.message,
      /tls: failed to verify certificate: x509: certificate is valid for named\.default\.svc, hooks\.default\.svc, not localhost$/,
    );
  });

  run('never answering hold up nobody whom they do not concern', async () => {
    let release: (() => void) | undefined;
    const waiting = new Promise<void>((resolve) => {
      release = resolve;
    });
    let arrived: (() => void) | undefined;
    const isAsked = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    webhooks.on('/slow', async (one) => {
      arrived?.();
      await waiting;
      return allowed(one);
    });
    await send('POST', maps, map({ metadata: { name: 'held' } }));
    await asked('Validating', {
      clientConfig: webhooks.at('/slow'),
      objectSelector: { matchLabels: { slow: 'yes' } },
    });
    const held = send(
      'PATCH',
      `${maps}/held`,
      { metadata: { labels: { slow: 'yes' } } },
      'application/merge-patch+json',
    );
    await isAsked;
    const other = await send('PATCH', `${maps}/held`, { data: { a: 'b' } }, 'application/merge-patch+json');
    assert.equal(other.status, 200);
    release?.();
    const { status, body } = await held;
    assert.deepEqual([status, body.data, body.metadata.labels], [200, { a: 'b' }, { slow: 'yes' }]);
  });

  run('see equivalent versions as they asked for them, and what they make of one comes back', async () => {
    const rule = { apiGroups: ['autoscaling'], apiVersions: ['v1'], operations: ['*'], resources: ['*'] };
    webhooks.on('/old', patched({ op: 'replace', path: '/spec/targetCPUUtilizationPercentage', value: 70 }));
    await asked('Mutating', { clientConfig: webhooks.at('/old'), rules: [rule] });
    const path = '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers';
    const { body } = await send('POST', path, autoscalerV2);
    const [one] = webhooks.asked;
    assert.equal(textAt(one?.request, 'kind', 'version'), 'v1');
    assert.equal(textAt(one?.request, 'requestKind', 'version'), 'v2');
    assert.equal(body.spec.metrics[0].resource.target.averageUtilization, 70);
  });

  run('are asked about connections, and not about their own configurations', async () => {
    webhooks.on('/no', refused({ message: 'no' }));
    const everything = { apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*/*'] };
    const { hook } = await asked('Validating', { clientConfig: webhooks.at('/no'), rules: [everything] });
    const exec = await send('POST', '/api/v1/namespaces/default/pods/p/exec?command=ls');
    assert.deepEqual(
      [exec.status, exec.body.message],
      [400, `admission webhook "${hook}" denied the request: no`],
    );
    assert.deepEqual(webhooks.asked[0]?.request['object'], {
      kind: 'PodExecOptions',
      apiVersion: 'v1',
      command: ['ls'],
    });
    assert.equal((await send('DELETE', made[0] ?? '')).status, 200);
  });

  run('are kept out by conditions over the object, the request and what the caller may do', async () => {
    webhooks.on('/no', refused({ message: 'asked' }));
    const conditions: readonly (readonly [string, number])[] = [
      ['object.data.a == "b" && oldObject == null', 400],
      ['request.operation != "CREATE"', 201],
      ['!authorizer.group("").resource("pods").namespace("default").check("create").allowed()', 201],
      ['authorizer.requestResource.check("create").allowed()', 400],
      ['object.data.z == "b"', 403],
    ];
    for (const [expression, status] of conditions) {
      await asked('Validating', {
        clientConfig: webhooks.at('/no'),
        matchConditions: [{ name: 'c', expression }],
      });
      assert.equal((await send('POST', maps, map({ data: { a: 'b' } }))).status, status, expression);
      for (const path of made.splice(0)) await send('DELETE', path);
    }
  });

  run('pass warnings on, whether they allow or refuse', async () => {
    webhooks.on('/warn', (one) => decided(one, { allowed: false, warnings: ['one', 'ü'] }));
    await asked('Validating', { clientConfig: webhooks.at('/warn') });
    const { warning } = await send('POST', maps, map());
    assert.equal(Buffer.from(warning ?? '', 'latin1').toString('utf8'), '299 - "one", 299 - "ü"');
  });

  run('are refused when their configuration says what none may', async () => {
    const cases: readonly (readonly [JsonObject, string])[] = [
      [{ name: 'a.b' }, 'should be a domain with at least three segments'],
      [{ clientConfig: { url: 'http://a/x' } }, "'https' is the only allowed URL scheme"],
      [
        { clientConfig: { service: { name: 'a', namespace: 'b', path: 'x//y' } } },
        'segment[1] may not be empty',
      ],
      [{ timeoutSeconds: 31 }, 'the timeout value must be between 1 and 30 seconds'],
      [{ sideEffects: 'Some' }, 'supported values: "None", "NoneOnDryRun"'],
      [{ matchConditions: [{ name: 'c', expression: '1' }] }, 'must evaluate to bool but got int'],
    ];
    for (const [wrong, why] of cases) {
      const { status, body } = await asked('Validating', {
        clientConfig: { url: 'https://a.example.com' },
        ...wrong,
      });
      assert.equal(status, 422);
      assert.ok(body.message.includes(why), body.message);
    }
  });
});
