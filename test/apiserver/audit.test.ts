import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect } from 'node:tls';
import { type AuditEvent, readAuditPolicy } from '../../src/apiserver/index.ts';
import { isObject, type JsonObject, parseJson } from '../../src/base/index.ts';
import { startTestServer, type TestServer, type TestServerOptions } from './harness.ts';
import { figure } from './metrics-text.ts';

const everything = 'level: RequestResponse';

/** A server whose audit log is kept here; rules as YAML in one line each. */
async function audited(rules: readonly string[], more: TestServerOptions & { head?: string } = {}) {
  const lines: AuditEvent[] = [];
  const { head = '', ...options } = more;
  const policy = readAuditPolicy(
    `apiVersion: audit.k8s.io/v1\nkind: Policy\n${head}rules:\n${rules.map((rule) => `- {${rule}}\n`).join('')}`,
  );
  const sink = { name: 'log', take: (event: AuditEvent) => lines.push(event) > 0 };
  const server = await startTestServer({ audit: { policy, sinks: [sink] }, ...options });
  return {
    server,
    lines,
    /** What was written since the last time. */
    events(): JsonObject[] {
      return lines.splice(0).map(({ json }) => objectIn(json));
    },
    [Symbol.asyncDispose]: () => server.close(),
  };
}

function objectIn(text: string): JsonObject {
  const value = parseJson(text);
  assert.ok(isObject(value));
  return value;
}

const post = (server: TestServer, path: string, body: unknown, headers: Record<string, string> = {}) =>
  server.fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

const maps = '/api/v1/namespaces/default/configmaps';

test('a request is written when it came and when it was answered, with all that the level says', async () => {
  await using log = await audited([everything]);
  const answer = await post(log.server, `${maps}?fieldManager=me`, { metadata: { name: 'a' } });
  const [received, complete, ...more] = log.events();
  assert.deepEqual(more, []);
  assert.ok(received && complete);
  assert.deepEqual(Object.keys(complete), [
    ...['kind', 'apiVersion', 'level', 'auditID', 'stage', 'requestURI', 'verb', 'user', 'sourceIPs'],
    ...['objectRef', 'responseStatus', 'requestObject', 'responseObject', 'requestReceivedTimestamp'],
    ...['stageTimestamp', 'annotations'],
  ]);
  assert.equal(received['stage'], 'RequestReceived');
  assert.equal(received['stageTimestamp'], received['requestReceivedTimestamp']);
  assert.equal(received['auditID'], answer.headers.get('audit-id'));
  assert.equal(complete['auditID'], received['auditID']);
  assert.equal(complete['requestURI'], `${maps}?fieldManager=me`);
  assert.deepEqual(complete['user'], {
    username: 'admin',
    groups: ['system:masters', 'system:authenticated'],
  });
  const place = { resource: 'configmaps', namespace: 'default', apiVersion: 'v1' };
  assert.deepEqual(received['objectRef'], place);
  assert.deepEqual(complete['objectRef'], { ...place, name: 'a' });
  assert.deepEqual(complete['responseStatus'], { metadata: {}, code: 201 });
  assert.deepEqual(complete['requestObject'], {
    kind: 'ConfigMap',
    apiVersion: 'v1',
    metadata: { name: 'a' },
  });
  assert.deepEqual(complete['responseObject'], await answer.json());
  assert.deepEqual(complete['annotations'], {
    'authorization.k8s.io/decision': 'allow',
    'authorization.k8s.io/reason': '',
  });
});

test('levels leave out what they do not ask for', async () => {
  await using log = await audited([
    'level: None, users: [jane]',
    'level: Metadata, resources: [{group: "", resources: [secrets]}]',
    'level: Request',
  ]);
  await post(log.server, maps, { metadata: { name: 'a' } });
  await post(log.server, maps, { metadata: { name: 'a' } });
  await post(log.server, '/api/v1/namespaces/default/secrets', {
    metadata: { name: 's' },
    data: { p: 'c2VjcmV0' },
  });
  await log.server.fetch(maps, { headers: { authorization: 'Bearer user-token' } });
  const [, created, , refused, , secret, ...more] = log.events();
  assert.deepEqual(more, [], 'of jane nothing is written');
  assert.ok(created && refused && secret);
  assert.ok(created['requestObject'] && !created['responseObject']);
  assert.ok(!refused['responseObject'], 'a Status is told as such');
  assert.deepEqual(refused['responseStatus'], {
    metadata: {},
    status: 'Failure',
    message: 'configmaps "a" already exists',
    reason: 'AlreadyExists',
    details: { name: 'a', kind: 'configmaps' },
    code: 409,
  });
  assert.doesNotMatch(JSON.stringify(secret), /c2VjcmV0/);
  assert.deepEqual(secret['objectRef'], {
    ...{ resource: 'secrets', namespace: 'default', name: 's', apiVersion: 'v1' },
  });
});

test('an id that comes with a request is kept and answered, also when the request is refused', async () => {
  await using log = await audited(['level: Metadata']);
  const given = { 'audit-id': 'my "id" <&>' };
  const answers = [
    await log.server.fetch('/version', { headers: given }),
    await log.server.fetch('/nowhere', { headers: given }),
    await log.server.fetch(maps, { headers: { ...given, authorization: 'Bearer wrong' } }),
    await log.server.fetch(maps, { headers: { ...given, authorization: 'Bearer user-token' } }),
  ];
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 404, 401, 403],
  );
  for (const answer of answers) assert.equal(answer.headers.get('audit-id'), 'my "id" <&>');
  assert.ok(log.events().every((event) => event['auditID'] === 'my "id" <&>'));
  const own = await log.server.fetch('/version');
  assert.match(own.headers.get('audit-id') ?? '', /^[0-9a-f-]{36}$/);
});

test('whoever is not recognised is written once, and whoever may not with the decision', async () => {
  await using log = await audited([everything]);
  await log.server.fetch('/api/v1/nodes', { headers: { authorization: 'Bearer wrong' } });
  const [unknown, ...more] = log.events();
  assert.ok(unknown);
  assert.deepEqual(more, []);
  assert.equal(unknown['stage'], 'ResponseStarted');
  assert.deepEqual(unknown['user'], {});
  assert.deepEqual(unknown['objectRef'], { resource: 'nodes', apiVersion: 'v1' });
  assert.deepEqual(unknown['responseStatus'], {
    metadata: {},
    status: 'Failure',
    message: 'Unauthorized',
    reason: 'Unauthorized',
    code: 401,
  });
  await log.server.fetch('/api/v1/nodes', { headers: { authorization: 'Bearer user-token' } });
  const [, forbidden] = log.events();
  assert.ok(forbidden && isObject(forbidden['responseStatus']));
  assert.equal(forbidden['stage'], 'ResponseComplete');
  assert.deepEqual(forbidden['annotations'], {
    'authorization.k8s.io/decision': 'forbid',
    'authorization.k8s.io/reason': '',
  });
  assert.equal(forbidden['responseStatus']['reason'], 'Forbidden');
});

test('what a role allows is written with the binding that gives it', async () => {
  await using log = await audited(['level: Metadata, users: [jane]']);
  await post(log.server, '/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings', {
    metadata: { name: 'readers' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
    subjects: [{ kind: 'Group', name: 'developers', apiGroup: 'rbac.authorization.k8s.io' }],
  });
  await log.server.fetch(maps, { headers: { authorization: 'Bearer user-token' } });
  assert.deepEqual(log.events()[1]?.['annotations'], {
    'authorization.k8s.io/decision': 'allow',
    'authorization.k8s.io/reason':
      'RBAC: allowed by RoleBinding "readers/default" of ClusterRole "view" to Group "developers"',
  });
});

test('rules are asked about the caller, and who he takes the place of is written beside him', async () => {
  await using log = await audited(['level: Metadata, users: [admin]']);
  await log.server.fetch(maps, {
    headers: { 'impersonate-user': 'bob', 'impersonate-group': 'g1', 'impersonate-extra-scopes': 'few' },
  });
  const [, answered] = log.events();
  assert.deepEqual(answered?.['impersonatedUser'], {
    username: 'bob',
    groups: ['g1', 'system:authenticated'],
    extra: { scopes: ['few'] },
  });
});

test('a watch is written when it came, when its answer began and when it was over, each at its time', async () => {
  await using log = await audited(['level: Metadata, verbs: [watch]']);
  const endpoint = await log.server.listen();
  const watch = await endpoint.watch(`${maps}?watch=1`);
  assert.deepEqual(
    log.events().map(({ stage }) => stage),
    ['RequestReceived', 'ResponseStarted'],
  );
  await post(log.server, maps, { metadata: { name: 'seen' } });
  assert.equal((await watch.next())?.['type'], 'ADDED');
  assert.deepEqual(log.events(), [], 'it goes on');
  watch.close();
  while (log.lines.length === 0) await new Promise((resolve) => setImmediate(resolve));
  const [over, ...more] = log.events();
  assert.deepEqual(more, []);
  assert.equal(over?.['stage'], 'ResponseComplete');
  assert.deepEqual(over?.['responseStatus'], { metadata: {}, code: 200 });
  const ending = await endpoint.watch(`${maps}?watch=1&timeoutSeconds=1`);
  while ((await ending.next()) !== undefined);
  while (log.lines.length < 3) await new Promise((resolve) => setImmediate(resolve));
  const stages = log.events().map(({ stage }) => stage);
  assert.deepEqual(stages, ['RequestReceived', 'ResponseStarted', 'ResponseComplete']);
});

test('stages and managed fields that a policy leaves out are not written, of one rule or of all', async () => {
  await using log = await audited(
    [
      'level: RequestResponse, verbs: [create], omitManagedFields: false',
      'level: RequestResponse, verbs: [list], omitStages: [ResponseComplete]',
      everything,
    ],
    { head: 'omitStages: [RequestReceived]\nomitManagedFields: true\n' },
  );
  await post(log.server, maps, { metadata: { name: 'a' }, data: { a: 'b' } });
  await log.server.fetch(maps);
  await log.server.fetch(`${maps}/a`);
  const table = 'application/json;as=Table;v=v1;g=meta.k8s.io';
  await log.server.fetch(`${maps}/a`, { headers: { accept: table } });
  const [created, read, shown, ...more] = log.events();
  assert.deepEqual(more, []);
  assert.match(JSON.stringify(created?.['responseObject']), /managedFields/);
  assert.ok(isObject(read?.['responseObject']) && isObject(shown?.['responseObject']));
  assert.equal(read['responseObject']['kind'], 'ConfigMap');
  assert.equal(shown['responseObject']['kind'], 'Table');
  assert.doesNotMatch(JSON.stringify([read, shown]), /managedFields/);
});

test('patches are written as they came, and deletions with what they ask for', async () => {
  await using log = await audited(['level: Request']);
  await post(log.server, maps, { metadata: { name: 'a' } });
  log.events();
  const send = (method: string, type: string, body: string) =>
    log.server.fetch(`${maps}/a?fieldManager=me`, {
      method,
      headers: { 'content-type': type },
      body,
    });
  const patch = [{ op: 'add', path: '/data', value: { a: 'b' } }];
  await send('PATCH', 'application/json-patch+json', JSON.stringify(patch));
  await send(
    'PATCH',
    'application/apply-patch+yaml',
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {labels: {b: c}}\n',
  );
  await send('DELETE', 'application/json', '{"propagationPolicy":"Background"}');
  const [, patched, , applied, , deleted] = log.events();
  assert.deepEqual(patched?.['requestObject'], patch);
  assert.deepEqual(applied?.['requestObject'], {
    ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { labels: { b: 'c' } } },
  });
  assert.deepEqual(deleted?.['requestObject'], {
    ...{ kind: 'DeleteOptions', apiVersion: 'meta.k8s.io/__internal', propagationPolicy: 'Background' },
  });
  assert.ok(isObject(deleted?.['responseStatus']));
  assert.equal(deleted['responseStatus']['status'], 'Success');
});

test('what admission has to say is written as annotations, once for each key', async () => {
  await using log = await audited(['level: Metadata, verbs: [create], resources: [{group: ""}]']);
  const policies = '/apis/admissionregistration.k8s.io/v1';
  await post(log.server, `${policies}/validatingadmissionpolicies`, {
    metadata: { name: 'names' },
    spec: {
      matchConstraints: {
        resourceRules: [
          { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] },
        ],
      },
      validations: [{ expression: 'object.metadata.name != "bad"', message: 'no bad names' }],
      auditAnnotations: [{ key: 'name', valueExpression: 'string(object.metadata.name)' }],
    },
  });
  await post(log.server, `${policies}/validatingadmissionpolicybindings`, {
    metadata: { name: 'names' },
    spec: { policyName: 'names', validationActions: ['Audit'] },
  });
  await post(log.server, maps, { metadata: { name: 'bad' } });
  const [, map] = log.events();
  assert.ok(isObject(map?.['annotations']));
  assert.equal(map['annotations']['names/name'], 'bad');
  assert.match(
    String(map['annotations']['validation.policy.admission.k8s.io/validation_failure']),
    /no bad names/,
  );
  const pod = { metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i' }] } };
  await post(log.server, '/api/v1/namespaces/default/pods', pod);
  const [, made] = log.events();
  assert.ok(isObject(made?.['annotations']));
  assert.equal(made['annotations']['pod-security.kubernetes.io/enforce-policy'], 'privileged:latest');
});

test('what is deprecated is marked', async () => {
  await using log = await audited(['level: Metadata']);
  await log.server.fetch('/api/v1/componentstatuses');
  const [, listed] = log.events();
  assert.ok(isObject(listed?.['annotations']));
  assert.equal(listed['annotations']['k8s.io/deprecated'], 'true');
});

test('an event is one line, whatever a caller writes into it', async () => {
  await using log = await audited(['level: Request']);
  const forged = '\n{"kind":"Event","verb":"forged"}\n\u2028';
  await post(log.server, `${maps}?fieldManager=${encodeURIComponent(forged)}`, {
    metadata: { name: 'a', labels: { x: forged } },
    data: { forged },
  });
  await log.server.fetch(`/apis/${encodeURIComponent(forged)}/v1/x`, {
    headers: { 'user-agent': 'a'.repeat(5000) },
  });
  assert.ok(log.lines.length >= 3);
  for (const { json, legacy } of log.lines) {
    assert.doesNotMatch(json, /[\n\r\u2028]/);
    assert.doesNotMatch(legacy, /[\n\r\u2028]/);
    assert.ok(legacy.length < 4000);
  }
  const agents = log.events().map((event) => event['userAgent']);
  assert.equal(agents.at(-1), `${'a'.repeat(1024)}...TRUNCATED`);
});

test('addresses that a request claims stand before the one that it came from', async () => {
  await using log = await audited(['level: Metadata']);
  await log.server.fetch('/version', {
    headers: { 'x-forwarded-for': '1.2.3.4, nonsense, 5.6.7.8', 'x-real-ip': '9.9.9.9' },
  });
  assert.deepEqual(log.events()[0]?.['sourceIPs'], ['1.2.3.4', '5.6.7.8', '9.9.9.9', '127.0.0.1']);
});

test('a request over which the server fails is written as such, and the next one is answered', async () => {
  let isBroken = false;
  await using log = await audited(['level: Metadata'], {
    authorizers: [
      () => {
        if (isBroken) throw new Error('broken');
        return { decision: 'no-opinion', reason: '' };
      },
    ],
  });
  isBroken = true;
  const failed = await log.server.fetch(maps, { headers: { authorization: 'Bearer user-token' } });
  assert.equal(failed.status, 500);
  const [received, panicked, ...more] = log.events();
  assert.deepEqual(more, []);
  assert.equal(received?.['stage'], 'RequestReceived');
  assert.equal(panicked?.['stage'], 'Panic');
  assert.ok(isObject(panicked?.['responseStatus']));
  assert.equal(panicked['responseStatus']['code'], 500);
  isBroken = false;
  await log.server.fetch('/version');
  assert.equal(log.events().at(-1)?.['stage'], 'ResponseComplete');
});

test('a request whose client went away is written to its end', async () => {
  await using log = await audited(['level: Metadata, verbs: [list]']);
  const { url } = await log.server.listen();
  const { port } = new URL(url);
  const socket = connect({ host: '127.0.0.1', port: Number(port), rejectUnauthorized: false }, () => {
    socket.write(`GET ${maps} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer admin-token\r\n\r\n`, () =>
      socket.destroy(),
    );
  });
  while (log.lines.length < 2) await new Promise((resolve) => setImmediate(resolve));
  const [, complete] = log.events();
  assert.equal(complete?.['stage'], 'ResponseComplete');
});

test('a sink that cannot write is counted, and nobody waits or fails for it', async () => {
  const policy = readAuditPolicy('apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Metadata}]\n');
  const server = await startTestServer({ audit: { policy, sinks: [{ name: 'log', take: () => false }] } });
  assert.equal((await server.fetch('/version')).status, 200);
  assert.equal(await figure(server, 'apiserver_audit_error_total{plugin="log"}'), 3);
  assert.equal(await figure(server, 'apiserver_audit_level_total{level="Metadata"}'), 3);
  await server.close();
});
