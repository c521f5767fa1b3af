import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { after, before, test } from 'node:test';
import { TestEstate } from '../walkthrough/estate.ts';
import { attackRandom, attackTries } from './seed.ts';

/** Tokens that nobody here has signed, at every surface that takes tokens. */
let estate: TestEstate;
let token: string;
let ca: string;

before(async () => {
  estate = await TestEstate.start();
  token = (await estate.succeeds('az account get-access-token --query accessToken -o tsv')).stdout.trim();
  ca = await readFile(String(estate.status['caFile']), 'utf8');
});

after(() => estate?.[Symbol.asyncDispose]());

async function statusWith(bearer: string, url: URL): Promise<number> {
  const outgoing = request(url, { ca, headers: { authorization: `Bearer ${bearer}` } });
  outgoing.end();
  const [incoming] = await once(outgoing, 'response');
  incoming.resume();
  return incoming.statusCode;
}

function surfaces(): URL[] {
  const at = (origin: string, path: string) => new URL(path, String(estate.status[origin]));
  return [
    at('resourceManager', '/subscriptions?api-version=2022-12-01'),
    at('graph', '/v1.0/me'),
    at('resourceManager', '/drydock/v1/status'),
  ];
}

const text = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Ways to say something else than what was signed. */
function forgeries(): string[] {
  const [head = '', claims = '', signature = ''] = token.split('.');
  const header = JSON.parse(Buffer.from(head, 'base64url').toString());
  const said = JSON.parse(Buffer.from(claims, 'base64url').toString());
  const none = ['none', 'None', 'NONE', 'nOnE', '', null].flatMap((alg) =>
    ['', signature].map((end) => `${text({ ...header, alg })}.${claims}.${end}`),
  );
  const hashed = ['HS256', 'HS384', 'HS512'].flatMap((alg) =>
    [ca, '', header.kid ?? '', head].map((key) => {
      const signed = `${text({ ...header, alg })}.${claims}`;
      return `${signed}.${createHmac(`sha${alg.slice(2)}`, String(key))
        .update(signed)
        .digest('base64url')}`;
    }),
  );
  const changed = [
    { exp: said.exp + 10 ** 6 },
    { oid: '00000000-0000-0000-0000-000000000000' },
    { aud: 'https://graph.microsoft.com' },
    { iss: 'https://sts.windows.net/other/' },
    { nbf: 0 },
  ].map((change) => `${head}.${text({ ...said, ...change })}.${signature}`);
  const keyed = [
    { jwk: { kty: 'oct', k: 'AA' } },
    { jku: 'https://127.0.0.1:1/keys' },
    { x5u: 'https://127.0.0.1:1/chain' },
    { kid: '../../../../dev/null' },
    { kid: '__proto__' },
    { crit: ['x'], x: 1 },
  ].map((change) => `${text({ ...header, ...change })}.${claims}.${signature}`);
  return [
    ...none,
    ...hashed,
    ...changed,
    ...keyed,
    `${head}.${claims}`,
    `${token}.`,
    `${token}.${token}`,
    '..',
  ];
}

test('the token itself is taken, so that a refusal means something', async () => {
  const [resourceManager] = surfaces();
  assert.ok(resourceManager);
  assert.equal(await statusWith(token, resourceManager), 200);
});

test('no forged token is taken anywhere', async () => {
  for (const forged of forgeries()) {
    for (const url of surfaces()) {
      const status = await statusWith(forged, url);
      assert.ok(status === 401 || status === 400, `${status} at ${url.pathname} for ${forged.slice(0, 120)}`);
    }
  }
});

test('no damaged token is taken anywhere', async () => {
  const random = attackRandom('damaged tokens');
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  for (let i = 0; i < attackTries(100); i++) {
    const at = Number.parseInt(random.string(6, '0123456789'), 10) % token.length;
    const damaged = token.slice(0, at) + random.string(1, letters) + token.slice(at + 1);
    // The last letter of a part carries bits that decode to nothing: the same bytes are the same token.
    const bytes = (of: string) => of.split('.').map((part) => Buffer.from(part, 'base64url').toString('hex'));
    if (bytes(damaged).join() === bytes(token).join()) continue;
    for (const url of surfaces()) assert.notEqual(await statusWith(damaged, url), 200, damaged);
  }
});
