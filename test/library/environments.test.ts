import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { held, temporaryFolder } from '../support/belongings.ts';
import { drydock, runProgram } from '../walkthrough/estate.ts';

const program = join(import.meta.dirname, '..', '..', 'bin', 'drydock');

interface Control {
  readonly url: string;
  readonly token: string;
}

let control: Control;
let file: string;
let stop: () => Promise<number>;
let signal: (name: NodeJS.Signals) => void;

async function serve(environment: NodeJS.ProcessEnv = {}) {
  const child = held(
    spawn(program, ['envtest', 'serve'], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...environment },
    }),
  );
  const ended = once(child, 'exit');
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (lines.length === 2) break;
  }
  return {
    lines,
    signal: (name: NodeJS.Signals) => child.kill(name),
    async stop() {
      child.kill('SIGTERM');
      const [code] = await ended;
      return code;
    },
  };
}

before(async () => {
  const served = await serve();
  stop = served.stop;
  signal = served.signal;
  const [ready = '', exported = ''] = served.lines;
  file = /^export DRYDOCK_ENVTEST=(.+)$/.exec(exported)?.[1] ?? '';
  control = JSON.parse(readFileSync(file, 'utf8'));
  assert.equal(ready, `Ready at ${control.url}`);
});

after(async () => {
  assert.equal(await stop(), 0);
  assert.ok(!existsSync(join(file, '..')));
});

/** Asks the control API. */
async function call(method: string, path: string, body?: unknown, token = control.token) {
  const response = await fetch(`${control.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? undefined : JSON.parse(text),
  };
}

function kubectl(kubeconfig: string, ...words: string[]) {
  const path = join(temporaryFolder('environments'), 'kubeconfig');
  writeFileSync(path, kubeconfig, { mode: 0o600 });
  return runProgram('kubectl', ['--kubeconfig', path, ...words]);
}

test('an environment is started, forked, listed and deleted by anybody who has the token', async () => {
  const started = await call('POST', '/environments', { version: '1.33.0' });
  assert.equal(started.status, 201, JSON.stringify(started.body));
  const { id, url, kubeconfig, ca, token } = started.body;
  assert.equal(started.headers.get('location'), `/environments/${id}`);
  assert.deepEqual((await call('GET', `/environments/${id}`)).body, started.body);
  assert.equal((await kubectl(kubeconfig, 'create', 'configmap', 'a')).code, 0);
  const forked = await call('POST', `/environments/${id}/fork`);
  assert.deepEqual([forked.status, forked.body.ca, forked.body.token], [201, ca, token]);
  assert.notEqual(forked.body.url, url);
  assert.deepEqual((await call('GET', '/environments')).body, {
    environments: [
      { id, url },
      { id: forked.body.id, url: forked.body.url },
    ],
  });
  assert.deepEqual(await call('DELETE', `/environments/${id}`).then(({ status, body }) => [status, body]), [
    204,
    undefined,
  ]);
  assert.equal((await call('GET', `/environments/${id}`)).status, 404);
  assert.equal((await call('DELETE', `/environments/${id}`)).status, 404);
  assert.equal((await call('POST', `/environments/${id}/fork`)).status, 404);
  assert.notEqual((await kubectl(kubeconfig, 'get', 'configmap', 'a')).code, 0);
  const found = await kubectl(forked.body.kubeconfig, 'get', 'configmap', 'a', '-o', 'name');
  assert.equal(found.stdout, 'configmap/a\n', found.stderr);
  assert.equal((await call('DELETE', `/environments/${forked.body.id}`)).status, 204);
});

test('many environments are started at once, all serve, and of two deletions at once one does it', async () => {
  const started = await Promise.all(Array.from({ length: 20 }, () => call('POST', '/environments')));
  assert.deepEqual(new Set(started.map(({ status }) => status)), new Set([201]));
  assert.equal(new Set(started.map(({ body }) => body.url)).size, 20);
  const forks = await Promise.all(
    started.map(({ body }) => call('POST', `/environments/${body.id}/fork`, {})),
  );
  const all = [...started, ...forks];
  const deleted = await Promise.all(
    [...all, ...all].map(({ body }) => call('DELETE', `/environments/${body.id}`)),
  );
  assert.equal(deleted.filter(({ status }) => status === 204).length, 40);
  assert.equal(deleted.filter(({ status }) => status === 404).length, 40);
  assert.deepEqual((await call('GET', '/environments')).body, { environments: [] });
});

test('what is wrong with a request is told as JSON with a code, and starts nothing', async () => {
  const wrong: [string, string, unknown, number, RegExp][] = [
    ['POST', '/environments', { host: '0.0.0.0' }, 400, /host is no option here/],
    ['POST', '/environments', { stroe: 1 }, 400, /no option \\"stroe\\"/],
    ['POST', '/environments', { store: { sqlite: 'kube.db' } }, 400, /absolute path/],
    ['POST', '/environments', '[]', 400, /not a JSON object/],
    ['POST', '/environments', '{', 400, /not a JSON object/],
    ['POST', '/environments', ' '.repeat(65 * 1024), 413, /at most 65536 bytes/],
    ['PUT', '/environments', {}, 405, /does not take PUT/],
    ['POST', '/environments/no-such', {}, 405, /does not take POST/],
    ['POST', '/environments/no-such/fork', {}, 404, /no environment \\"no-such\\"/],
    ['POST', '/environments/constructor/fork', {}, 404, /no environment/],
    ['GET', '/', undefined, 404, /Nothing is served/],
    ['GET', '/environments/', undefined, 404, /Nothing is served/],
  ];
  for (const [method, path, body, status, message] of wrong) {
    const answer = await call(method, path, body);
    assert.equal(answer.status, status, `${method} ${path}`);
    assert.match(JSON.stringify(answer.body), message);
    assert.equal(typeof answer.body.error.code, 'string');
  }
  assert.deepEqual((await call('GET', '/environments')).body, { environments: [] });
});

test('a file in a folder that cannot be made is refused, and the others are served on', async () => {
  for (const sqlite of ['/dev/null/kube.db', '/proc/no-such/kube.db']) {
    const answer = await call('POST', '/environments', { store: { sqlite } });
    assert.deepEqual([answer.status, answer.body.error.code], [503, 'unavailable']);
  }
  assert.deepEqual((await call('GET', '/environments')).body, { environments: [] });
});

test('what is started or forked for somebody who went away before the answer is stopped', async () => {
  const { body: parent } = await call('POST', '/environments');
  for (const path of ['/environments', `/environments/${parent.id}/fork`]) {
    const port = Number(new URL(control.url).port);
    const request = `POST ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${control.token}\r\ncontent-length: 0\r\n\r\n`;
    for (let at = 0; at < 10; at++) {
      // It reads the request and the end of its connection together.
      signal('SIGSTOP');
      const socket = connect(port, '127.0.0.1');
      socket.end(request);
      await once(socket.resume(), 'finish');
      signal('SIGCONT');
      await once(socket, 'close');
    }
  }
  // Those that are not begun yet are before this one, which is asked for after them.
  const { body: last } = await call('POST', '/environments');
  const known = [parent.id, last.id];
  let listed: string[];
  do {
    listed = (await call('GET', '/environments')).body.environments.map(({ id }: { id: string }) => id);
  } while (listed.length > known.length);
  assert.deepEqual(listed, known);
  for (const id of known) await call('DELETE', `/environments/${id}`);
});

test('a place for temporary files where nothing can be written is told, and nothing is served', async () => {
  const { code, stdout, stderr } = await runProgram('env', ['TMPDIR=/dev/null', program, 'envtest', 'serve']);
  assert.deepEqual([code, stdout], [1, '']);
  assert.match(stderr, /^drydock envtest: ENOTDIR: not a directory, mkdtemp '\/dev\/null\/[^\n]+\n$/);
});

test('nobody is let in without the token, which its owner alone can read', async () => {
  for (const token of ['', 'x', `${control.token}x`]) {
    assert.equal((await call('POST', '/environments', {}, token)).status, 401);
  }
  assert.equal((await fetch(`${control.url}/environments`)).status, 401);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal(statSync(join(file, '..')).mode & 0o777, 0o700);
});

test('whoever starts it may choose the token, and what runs is stopped with it', async () => {
  const chosen = 'a-token-of-our-own';
  const short = await runProgram('env', ['DRYDOCK_ENVTEST_TOKEN=short', program, 'envtest', 'serve']);
  assert.equal(short.code, 2);
  assert.match(short.stderr, /DRYDOCK_ENVTEST_TOKEN takes 16 characters/);
  const second = await serve({ DRYDOCK_ENVTEST_TOKEN: chosen });
  const url = second.lines[0]?.replace('Ready at ', '');
  const answer = await fetch(`${url}/environments`, {
    method: 'POST',
    headers: { authorization: `Bearer ${chosen}` },
  });
  const { url: served } = JSON.parse(await answer.text());
  const starting = fetch(`${url}/environments`, {
    method: 'POST',
    headers: { authorization: `Bearer ${chosen}` },
  });
  starting.catch(() => {});
  assert.equal(await second.stop(), 0);
  await assert.rejects(fetch(served));
});

test('words and options that envtest does not have are refused', async () => {
  const other = await drydock('envtest', 'start');
  assert.deepEqual([other.code, other.stdout], [2, '']);
  assert.match(other.stderr, /'drydock envtest' or 'drydock envtest serve'/);
  assert.equal((await drydock('envtest', '--port', '1')).code, 2);
});
