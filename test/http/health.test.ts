import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerHealth, type HealthCheck } from '../../src/http/index.ts';

const ok: HealthCheck = { name: 'fine', check: () => undefined };
const bad: HealthCheck = { name: 'store', check: async () => 'the disk is full' };
const broken: HealthCheck = {
  name: 'broken',
  check() {
    throw new Error('secret');
  },
};

async function ask(target: string, checks: readonly HealthCheck[]): Promise<[number, string] | undefined> {
  const url = new URL(target, 'https://localhost');
  const answer = await answerHealth({ path: url.pathname, query: url.searchParams }, { readyz: checks });
  return answer && [answer.status, String(answer.body)];
}

test('readiness is ok while all checks are, and lists them when asked', async () => {
  assert.deepEqual(await ask('/readyz', [ok]), [200, 'ok']);
  assert.deepEqual(await ask('/readyz?verbose', [ok]), [200, '[+]fine ok\nreadyz check passed\n']);
  assert.deepEqual(await ask('/readyz/fine', [ok]), [200, 'ok']);
});

test('a check that fails makes it 500 with all lines, unless it is left out', async () => {
  const lines = '[+]fine ok\n[-]store failed: the disk is full\n[-]broken failed: the check itself failed\n';
  assert.deepEqual(await ask('/readyz', [ok, bad, broken]), [500, `${lines}readyz check failed\n`]);
  assert.deepEqual(await ask('/readyz/store', [ok, bad]), [500, 'internal server error: the disk is full\n']);
  assert.deepEqual(await ask('/readyz?exclude=store', [ok, bad]), [200, 'ok']);
  assert.match((await ask('/readyz?exclude=none&verbose', [ok]))?.[1] ?? '', /no matches for "none"\n/);
});

test('other paths are not answered', async () => {
  for (const path of ['/readyz/none', '/livez', '/constructor'])
    assert.equal(await ask(path, [ok]), undefined);
});
