import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { TestEstate } from '../walkthrough/estate.ts';

/** No file of a process may grow beyond some bytes: what a full disk is to it. Linux can set that from outside. */
const canLimit = spawnSync('prlimit', ['--version']).status === 0;
let estate: TestEstate;

before(async () => {
  estate = await TestEstate.start();
});

after(() => estate?.[Symbol.asyncDispose]());

function limitFiles(bytes: number): void {
  const { status, stderr } = spawnSync('prlimit', [
    '--pid',
    String(estate.status['pid']),
    `--fsize=${bytes}:`,
  ]);
  assert.equal(status, 0, String(stderr));
}

async function untilReady(): Promise<{ status: number; text: string }> {
  for (let attempt = 0; ; attempt++) {
    const ready = await estate.request('GET', '/readyz?verbose');
    if (ready.status === 200 || attempt === 200) return ready;
    await new Promise((next) => setTimeout(next, 50));
  }
}

test('on a full disk writes are refused with the reason, reads and the server go on, readyz says so, and all recovers', {
  skip: !canLimit && 'prlimit is not there',
}, async () => {
  const groups = `/subscriptions/${estate.status['subscriptionId']}/resourceGroups`;
  const version = 'api-version=2024-11-01';
  const put = (name: string) =>
    estate.request('PUT', `${groups}/${name}?${version}`, '{"location":"eastus"}');
  assert.equal((await put('before')).status, 201);
  assert.equal(await fetchStatus(`${groups}/before?${version}`), 401, 'the trail is begun');
  limitFiles(1);
  const refused = await put('during');
  assert.equal(refused.status, 503, refused.text);
  assert.match(refused.text, /could not write to its disk: .*full/);
  const read = await estate.request('GET', `${groups}/before?${version}`);
  assert.equal(read.status, 200);
  assert.equal((await estate.request('GET', `${groups}/during?${version}`)).status, 404);
  // A refusal that the trail would tell.
  const stranger = await fetchStatus(`${groups}/before?${version}`);
  assert.equal(stranger, 401);
  const ready = await estate.request('GET', '/readyz?verbose');
  assert.equal(ready.status, 500);
  assert.match(ready.text, /\[-\]store-writes failed/);
  assert.match(ready.text, /\[-\]audit-trail failed/);

  limitFiles(2 ** 40);
  assert.equal((await untilReady()).status, 200);
  assert.equal((await put('after')).status, 201);
  const lines = (await readFile(join(estate.home, 'logs', 'audit.jsonl'), 'utf8')).trim().split('\n');
  const events = lines.map((line) => JSON.parse(line));
  assert.ok(events.some((event) => event.event === 'trail-resumed' && event.eventsLost > 0));
  await estate.restart();
  assert.equal((await estate.request('GET', `${groups}/before?${version}`)).status, 200);
});

async function fetchStatus(path: string): Promise<number> {
  const { get } = await import('node:https');
  const ca = await readFile(String(estate.status['caFile']));
  return new Promise((done, failed) => {
    get(new URL(path, String(estate.status['resourceManager'])), { ca }, (incoming) => {
      incoming.resume();
      done(incoming.statusCode ?? 0);
    }).on('error', failed);
  });
}
