import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { LastingRequests } from '../../src/apiserver/authz/lasting-requests.ts';
import type { UserInfo } from '../../src/apiserver/index.ts';
import { lastingAccessLimits, silentLogger } from '../../src/base/index.ts';
import type { ByteSink } from '../../src/http/contract.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { plainRequest } from '../support/request.ts';
import { startTestServer, type TestServerOptions } from './harness.ts';

const turn = () => new Promise((next) => setImmediate(next));

test('a credential is looked at again after a change of identities, also when the first look failed halfway', async () => {
  const clock = new ManualClock();
  const lasting = new LastingRequests({ clock, log: silentLogger });
  const pass = async () => {
    clock.advance(lastingAccessLimits.gatherMs);
    await turn();
  };
  const looks: boolean[] = [];
  const ended: string[] = [];
  const request = (name: string, fails: boolean) => ({
    judge: async (identitiesChanged: boolean) => {
      looks.push(identitiesChanged);
      if (fails) throw new Error('401');
    },
    end: () => {
      ended.push(name);
      throw new Error('the socket is gone');
    },
  });
  lasting.add(request('gone', true), lasting.moment());
  lasting.add(request('there', false), lasting.moment());
  lasting.identitiesChanged();
  await pass();
  assert.deepEqual([looks, ended], [[true, true], ['gone']]);
  lasting.rightsChanged();
  await pass();
  assert.deepEqual(looks, [true, true, false]);
  const before = lasting.moment();
  lasting.identitiesChanged();
  lasting.add(request('late', false), before);
  await pass();
  assert.deepEqual(looks, [true, true, false, true, true]);
});

/** Takes what it is sent, or nothing at all. */
class Sink implements ByteSink {
  readonly takes: boolean;
  closed = false;
  text = '';
  readonly ended = Promise.withResolvers<void>();
  #drain: (() => void) | undefined;

  constructor(takes: boolean) {
    this.takes = takes;
  }

  write(chunk: Uint8Array): boolean {
    this.text += Buffer.from(chunk).toString();
    return this.takes;
  }
  end(): void {
    this.closed = true;
    this.ended.resolve();
  }
  onDrain(run: () => void): void {
    this.#drain = run;
  }
  onClose(): void {}

  drain(): void {
    this.#drain?.();
  }
}

const person: UserInfo = { username: 'jane', uid: 'u-1', groups: [], extra: {} };

/** A server of which the test decides who may and who is who; `change` is called in the middle of a question. */
async function served(t: TestContext, options: TestServerOptions) {
  const server = await startTestServer(options);
  t.after(() => server.close());
  const watch = async (sink: Sink) => {
    const response = await server.server.handler(
      plainRequest({
        target: '/api/v1/namespaces/default/configmaps?watch=true',
        headers: { authorization: 'Bearer user-token' },
      }),
    );
    if (response.body && 'start' in response.body) response.body.start(sink);
    return response.status;
  };
  return { ...server, watch };
}

test('a right that is taken while a watch is being authorized ends the watch', async (t) => {
  let allowed = true;
  const test = await served(t, {
    authorizers: [
      async () => {
        const decision = allowed ? 'allow' : 'deny';
        // The answer is decided, and before it counts the right is gone.
        if (allowed) {
          allowed = false;
          test.server.accessChanged();
        }
        return { decision, reason: '' };
      },
    ],
  });
  const sink = new Sink(true);
  assert.equal(await test.watch(sink), 200);
  await sink.ended.promise;
});

test('an account that is disabled while its token is being recognised watches nothing, and is not remembered', async (t) => {
  let active = true;
  const test = await served(t, {
    authenticators: [
      async ({ bearerToken }) => {
        if (bearerToken !== 'user-token' || !active) return undefined;
        active = false;
        test.server.accessChanged();
        return person;
      },
    ],
    authorizers: [() => ({ decision: 'allow', reason: '' })],
  });
  const sink = new Sink(true);
  assert.equal(await test.watch(sink), 200);
  await sink.ended.promise;
  assert.equal(await test.watch(new Sink(true)), 401);
});

test('what a slow reader has not taken when his right goes is dropped with it', async (t) => {
  let allowed = true;
  const test = await served(t, {
    authorizers: [() => ({ decision: allowed ? 'allow' : 'deny', reason: '' })],
  });
  const sink = new Sink(false);
  assert.equal(await test.watch(sink), 200);
  for (const name of ['first', 'second'])
    await test.client.create(
      { group: '', version: 'v1', resource: 'configmaps' },
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' } },
    );
  allowed = false;
  test.server.accessChanged();
  await sink.ended.promise;
  sink.drain();
  assert.match(sink.text, /"first"/);
  assert.doesNotMatch(sink.text, /"second"/);
});
