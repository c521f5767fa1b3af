import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { systemClock, systemRandom } from '../../../src/base/index.ts';
import { createAuthority } from '../../../src/http/index.ts';
import { type ScriptedEstate, startScriptedEstate, subscriptionId } from './estate.ts';

const groupBody = {
  id: `/subscriptions/${subscriptionId}/resourceGroups/rg1`,
  name: 'rg1',
  location: 'eastus',
  type: 'Microsoft.Resources/resourceGroups',
  properties: { provisioningState: 'Succeeded' },
  extra: 1,
};

describe('az on the wire', () => {
  let estate: ScriptedEstate;
  before(async () => {
    estate = await startScriptedEstate();
  });
  after(() => estate.close());
  beforeEach(() => {
    estate.requests.length = 0;
    estate.pauses.length = 0;
    estate.answer(() => undefined);
  });

  test('group show prints the known members, nulls included, keys sorted', async () => {
    estate.answer(() => undefined);
    estate.answer((request) =>
      request.url.includes('/resourcegroups/rg1') ? { body: groupBody } : undefined,
    );
    const { code, stdout, stderr } = await estate.az('group', 'show', '-n', 'rg1');
    assert.equal(stderr, '');
    assert.equal(code, 0);
    assert.deepEqual(Object.keys(JSON.parse(stdout)), [
      'id',
      'location',
      'managedBy',
      'name',
      'properties',
      'tags',
      'type',
    ]);
    const [request] = estate.requests;
    assert.equal(request?.url, `/subscriptions/${subscriptionId}/resourcegroups/rg1?api-version=2024-11-01`);
    assert.equal(request?.headers['authorization'], 'Bearer an-access-token');
    assert.equal(request?.headers['commandname'], 'group show');
    assert.equal(request?.headers['parametersetname'], '-n');
    assert.match(String(request?.headers['x-ms-client-request-id']), /^[0-9a-f-]{36}$/);
  });

  test('flags before the command run nothing and say so; help is a word, too', async () => {
    const late = await estate.az('-o', 'table', 'group', 'list');
    assert.equal(late.code, 2);
    assert.match(late.stderr, /^ERROR: '-o' stands before the command/);
    assert.equal(late.stdout, '');
    assert.equal(estate.requests.length, 0);
    const help = await estate.az('help');
    assert.equal(help.code, 0);
    assert.match(help.stdout, /Subgroups:/);
  });

  test('flags that az has and Drydock has not are not built, others nobody knows', async () => {
    const unbuilt = await estate.az(
      'aks',
      'create',
      '-g',
      'g',
      '-n',
      'n',
      '--enable-acns',
      '--pod-subnet-id=x',
    );
    assert.deepEqual(
      [unbuilt.code, unbuilt.stderr],
      [1, "ERROR: '--enable-acns --pod-subnet-id' of 'az aks create' is not built in Drydock yet.\n"],
    );
    const unknown = await estate.az('aks', 'create', '-g', 'g', '-n', 'n', '--enable-acns', '--no-such');
    assert.equal(unknown.code, 2);
    assert.match(unknown.stderr, /^ERROR: unrecognized arguments: --enable-acns --no-such\n/);
  });

  test('the value of a flag that is not built may begin with dashes, as a key does', async () => {
    const key = '-----BEGIN PRIVATE KEY-----\nMC4C\n-----END PRIVATE KEY-----\n';
    const { code, stderr } = await estate.az('ad', 'sp', 'credential', 'reset', '--id', 'x', '--cert', key);
    assert.deepEqual(
      [code, stderr],
      [1, "ERROR: '--cert' of 'az ad sp credential reset' is not built in Drydock yet.\n"],
    );
  });

  test('a 404 prints code and message on stderr and exits 3', async () => {
    estate.answer(() => ({
      status: 404,
      body: { error: { code: 'ResourceGroupNotFound', message: "Resource group 'x' could not be found." } },
    }));
    const { code, stdout, stderr } = await estate.az('group', 'show', '-n', 'x');
    assert.equal(code, 3);
    assert.equal(stdout, '');
    assert.equal(
      stderr,
      "ERROR: (ResourceGroupNotFound) Resource group 'x' could not be found.\n" +
        "Code: ResourceGroupNotFound\nMessage: Resource group 'x' could not be found.\n",
    );
  });

  test('details, targets and inner errors of a refusal are printed line by line', async () => {
    estate.answer(() => ({
      status: 400,
      body: {
        error: {
          code: 'C',
          message: 'm',
          target: 't',
          details: [
            { code: 'D1', message: 'dm1', target: 't1' },
            { code: 'D2', message: 'dm2' },
          ],
        },
      },
    }));
    const { code, stderr } = await estate.az('group', 'show', '-n', 'x');
    assert.equal(code, 1);
    assert.equal(
      stderr,
      'ERROR: (C) m\nCode: C\nMessage: m\nTarget: t\nException Details:\t(D1) dm1\n\tCode: D1\n\tMessage: dm1\n\tTarget: t1\t(D2) dm2\n\tCode: D2\n\tMessage: dm2\n',
    );
  });

  test('an answer that is no JSON says so', async () => {
    estate.answer(() => ({ status: 400, text: '<html>' }));
    const { code, stderr } = await estate.az('group', 'show', '-n', 'x');
    assert.equal(code, 1);
    assert.equal(stderr, 'ERROR: JSON is invalid: Expecting value: line 1 column 1 (char 0)\n');
  });

  test('a delete follows Location until it is done, as the service paces it', async () => {
    let polls = 0;
    estate.answer((request, origin) => {
      if (request.method === 'DELETE') return { status: 202, headers: { location: `${origin}/op/1` } };
      if (request.url !== '/op/1') return undefined;
      return polls++ === 0 ? { status: 202, headers: { 'retry-after': '7' } } : { status: 200 };
    });
    const { code, stdout, stderr } = await estate.az('group', 'delete', '-n', 'rg1', '--yes');
    assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: '', stderr: '' });
    assert.deepEqual(estate.pauses, [7000]);
  });

  test('a delete without a terminal is cancelled unless --yes is given', async () => {
    const { code, stderr } = await estate.az('group', 'delete', '-n', 'rg1');
    assert.equal(code, 1);
    assert.equal(
      stderr,
      'WARNING: Unable to prompt for confirmation as no tty available. Use --yes.\nERROR: Operation cancelled.\n',
    );
    assert.equal(estate.requests.length, 0);
  });

  test('the question is asked again until the answer is y or n', async () => {
    const { code, stderr } = await estate.azWith(
      { answers: ['', 'what', 'n'] },
      'group',
      'delete',
      '-n',
      'rg1',
    );
    assert.equal(code, 1);
    assert.equal(stderr.match(/Are you sure you want to perform this operation\? \(y\/n\): /g)?.length, 3);
  });

  test('lists follow nextLink verbatim', async () => {
    estate.answer((request, origin) =>
      request.url.includes('page=2')
        ? { body: { value: [{ ...groupBody, name: 'b' }] } }
        : { body: { value: [groupBody], nextLink: `${origin}/next?page=2` } },
    );
    const { stdout } = await estate.az('group', 'list', '--query', '[].name', '-o', 'tsv');
    assert.equal(stdout, 'rg1\nb\n');
  });

  test('group list -o table has az columns and spacing', async () => {
    estate.answer(() => ({ body: { value: [groupBody] } }));
    const { stdout } = await estate.az('group', 'list', '-o', 'table');
    assert.equal(
      stdout,
      'Name    Location    Status\n------  ----------  ---------\nrg1     eastus      Succeeded\n',
    );
  });

  test('a missing registration is made up for and the request sent again', async () => {
    let registered = false;
    estate.answer((request) => {
      if (request.url.includes('/register')) return { body: {} };
      if (request.url.includes('/providers/Microsoft.X?')) {
        registered = true;
        return { body: { registrationState: 'Registered' } };
      }
      if (registered) return { body: groupBody };
      const message = "The subscription is not registered to use namespace 'Microsoft.X'. See";
      return { status: 409, body: { error: { code: 'MissingSubscriptionRegistration', message } } };
    });
    const { code, stderr } = await estate.az('group', 'show', '-n', 'rg1');
    assert.equal(code, 0);
    assert.equal(
      stderr,
      "WARNING: Resource provider 'Microsoft.X' used by this operation is not registered. We are registering for you.\n" +
        'WARNING: Registration succeeded.\n',
    );
  });

  test('a claims challenge is answered with a new token, once', async () => {
    const claims = Buffer.from('{"access_token":{"nbf":{"value":"1"}}}').toString('base64');
    let asked = 0;
    const forms: string[] = [];
    estate.answer((request) => {
      if (request.url.includes('/token')) {
        forms.push(request.body);
        return { body: { access_token: 'newer', expires_in: 3600 } };
      }
      if (asked++ > 0) return { body: groupBody };
      const challenge = `Bearer authorization_uri="x", error="insufficient_claims", claims="${claims}"`;
      return {
        status: 401,
        headers: { 'www-authenticate': challenge },
        body: { error: { code: 'X', message: 'y' } },
      };
    });
    const { code } = await estate.az('group', 'show', '-n', 'rg1');
    assert.equal(code, 0);
    assert.equal(new URLSearchParams(forms.at(-1)).get('claims'), '{"access_token":{"nbf":{"value":"1"}}}');
    assert.equal(estate.requests.at(-1)?.headers['authorization'], 'Bearer newer');
  });

  test('a token that begins in the future, kept before the clock was put right, is asked for anew', async () => {
    const file = join(estate.folder, 'azure', 'drydock_token_cache.json');
    const nowSeconds = Math.floor(Date.now() / 1000);
    const tokenFrom = (nbf: number) =>
      `e30.${Buffer.from(JSON.stringify({ nbf })).toString('base64url')}.signature`;
    const keep = (accessToken: string) => {
      const cache = JSON.parse(readFileSync(file, 'utf8'));
      for (const key of Object.keys(cache.accessTokens))
        cache.accessTokens[key] = { accessToken, expiresOn: nowSeconds + 14_400 };
      writeFileSync(file, JSON.stringify(cache));
    };
    estate.answer((request) =>
      request.url.includes('/token')
        ? { body: { access_token: 'anew', expires_in: 3600 } }
        : { body: groupBody },
    );
    await estate.az('group', 'show', '-n', 'rg1');
    const present = tokenFrom(nowSeconds - 60);
    keep(present);
    await estate.az('group', 'show', '-n', 'rg1');
    assert.equal(estate.requests.at(-1)?.headers['authorization'], `Bearer ${present}`);
    keep(tokenFrom(nowSeconds + 10_800));
    await estate.az('group', 'show', '-n', 'rg1');
    assert.equal(estate.requests.at(-1)?.headers['authorization'], 'Bearer anew');
  });

  test('503 is tried again three times with growing pauses', async () => {
    estate.answer(() => ({ status: 503, body: { error: { code: 'Busy', message: 'later' } } }));
    const { code } = await estate.az('group', 'show', '-n', 'rg1');
    assert.equal(code, 1);
    assert.deepEqual(estate.pauses, [0, 800, 1600]);
    assert.equal(estate.requests.length, 4);
  });

  test('rest prints the answer as it is and the raw body of a refusal', async () => {
    estate.answer((request) =>
      request.url.startsWith('/ok')
        ? { body: { b: 1, id: '/subscriptions/s/resourceGroups/g/providers/n/t/x' } }
        : { status: 404, body: { error: { code: 'NotThere' } } },
    );
    const good = await estate.az('rest', '--url', '/ok?api-version=1');
    assert.equal(
      good.stdout,
      '{\n  "b": 1,\n  "id": "/subscriptions/s/resourceGroups/g/providers/n/t/x"\n}\n',
    );
    const bad = await estate.az(
      'rest',
      '-m',
      'put',
      '--url',
      `${estate.origin}/no`,
      '--body',
      '{"location" : "x"}',
    );
    assert.equal(bad.code, 1);
    assert.equal(bad.stderr, 'ERROR: Not Found({"error":{"code":"NotThere"}})\n');
    assert.equal(estate.requests.at(-1)?.body, '{"location":"x"}');
    assert.equal(estate.requests.at(-1)?.headers['content-type'], 'application/json');
  });

  test('a default group from configuration or environment fills -g', async () => {
    estate.answer((request) =>
      request.url.includes('/resourcegroups/fromenv') ? { body: groupBody } : undefined,
    );
    const { code } = await estate.azWith({ env: { AZURE_DEFAULTS_GROUP: 'fromenv' } }, 'group', 'show');
    assert.equal(code, 0);
    await estate.az('config', 'set', 'defaults.group=fromenv');
    assert.equal((await estate.az('group', 'show')).code, 0);
    const listed = await estate.az('configure', '-l', '-o', 'tsv');
    assert.equal(listed.stdout, `group\t${join(estate.folder, 'azure', 'config')}\tfromenv\n`);
    await estate.az('config', 'unset', 'defaults.group');
    assert.equal((await estate.az('group', 'show')).code, 2);
  });

  test('the token file is readable by its owner only and holds no token in the profile', () => {
    const file = join(estate.folder, 'azure', 'drydock_token_cache.json');
    assert.equal(statSync(file).mode & 0o777, 0o600);
    const profile = readFileSync(join(estate.folder, 'azure', 'azureProfile.json'), 'utf8');
    assert.ok(profile.startsWith('\uFEFF'));
    assert.ok(!profile.includes('token'));
  });

  test('account show and set speak az', async () => {
    const shown = JSON.parse((await estate.az('account', 'show')).stdout);
    assert.equal(shown.id, subscriptionId);
    assert.equal(shown.environmentName, 'Drydock');
    const refused = await estate.az('account', 'set', '-s', 'nope');
    assert.equal(refused.stderr, "ERROR: The subscription of 'nope' doesn't exist in cloud 'Drydock'.\n");
    assert.equal(refused.code, 1);
  });

  test('when one of two accounts signs out, a subscription of the other is the active one', async () => {
    const two = await startScriptedEstate();
    const file = join(two.folder, 'azure', 'azureProfile.json');
    const profile = JSON.parse(readFileSync(file, 'utf8').replace('\uFEFF', ''));
    const [first] = profile.subscriptions;
    for (const [n, id] of [
      '33333333-3333-4333-8333-333333333333',
      '44444444-4444-4444-8444-444444444444',
    ].entries()) {
      const user = { name: 'other@drydock.local', type: 'user' };
      profile.subscriptions.push({ ...first, id, name: `Other ${n}`, user, isDefault: false });
    }
    writeFileSync(file, JSON.stringify(profile));
    assert.equal((await two.az('logout')).code, 0);
    const listed = JSON.parse((await two.az('account', 'list')).stdout);
    assert.deepEqual(
      listed.map((one: { name: string; isDefault: boolean }) => [one.name, one.isDefault]),
      [
        ['Other 0', true],
        ['Other 1', false],
      ],
    );
    await two.close();
  });

  test('help lists what a command must have first', async () => {
    const { stdout } = await estate.az('aks', 'create', '--help');
    const [, own = ''] = stdout.split(/^Arguments$/m);
    const flags = own.split(/^\S/m)[0]?.match(/^ {4}--\S.*$/gm) ?? [];
    const required = flags.map((line) => line.includes('[Required]'));
    assert.ok(required.filter(Boolean).length >= 2, stdout);
    assert.ok(required.includes(false));
    assert.deepEqual(
      required,
      required.toSorted((one, other) => Number(other) - Number(one)),
    );
  });

  test('a server that does not answer, and one that somebody else stands in for, are told apart', async () => {
    const gone = await startScriptedEstate();
    const caFile = join(gone.folder, 'ca.pem');
    const strange = createAuthority({ commonName: 'strange', clock: systemClock, random: systemRandom });
    const trusted = readFileSync(caFile, 'utf8');
    writeFileSync(caFile, strange.certificatePem);
    const untrusted = await gone.az('group', 'list');
    assert.equal(untrusted.code, 1);
    assert.match(untrusted.stderr, /^ERROR: The certificate of https:\/\/localhost:\d+ is not trusted: /m);
    assert.match(untrusted.stderr, /'drydock status' names its certificate file/);
    writeFileSync(caFile, trusted);
    assert.notEqual((await gone.az('group', 'list')).stderr, untrusted.stderr);
    await gone.stop();
    const unreached = await gone.az('group', 'list');
    assert.equal(unreached.code, 1);
    assert.match(unreached.stderr, /^ERROR: Cannot reach https:\/\/localhost:\d+: /m);
    assert.match(unreached.stderr, /'drydock up' starts it/);
    await gone.close();
  });
});
