import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brotliDecompressSync } from 'node:zlib';
import { createPortalHandler } from '../../src/portal/index.ts';
import { plainRequest } from '../support/request.ts';

const type = 'text/javascript; charset=utf-8';
const bundle = {
  document: '<!doctype html><script type="module" src="/portal/assets/app-0123456789abcdef.js"></script>',
  files: { 'app-0123456789abcdef.js': { type, text: 'export {};' } },
};
const handler = createPortalHandler(() => bundle);
const asset = '/portal/assets/app-0123456789abcdef.js';

async function ask(target: string, given: { method?: string; headers?: Record<string, string> } = {}) {
  const { status, headers = {}, body } = await handler(plainRequest({ target, ...given }));
  assert.ok(body === undefined || body instanceof Uint8Array);
  return { status, headers, body };
}

test('the document is asked for again each time and forbids all that is not of this origin', async () => {
  const { status, headers, body } = await ask('/portal/');
  assert.equal(status, 200);
  assert.equal(Buffer.from(body ?? []).toString(), bundle.document);
  assert.equal(headers['content-type'], 'text/html; charset=utf-8');
  assert.equal(headers['cache-control'], 'no-cache');
  const policy = String(headers['content-security-policy']);
  for (const rule of [
    "default-src 'none'",
    "script-src 'self';",
    "style-src 'self';",
    "frame-ancestors 'none'",
  ]) {
    assert.ok(policy.includes(rule), rule);
  }
  assert.doesNotMatch(policy, /unsafe|nonce|https?:|\*/);
  assert.equal(headers['x-frame-options'], 'DENY');
});

test('files with a hash in their name are kept for good, and brotli halves them where it is understood', async () => {
  const plain = await ask(asset);
  assert.equal(plain.headers['content-type'], type);
  assert.match(String(plain.headers['cache-control']), /immutable/);
  assert.equal(plain.headers['content-encoding'], undefined);
  const packed = await ask(asset, { headers: { 'accept-encoding': 'gzip, br' } });
  assert.equal(packed.headers['content-encoding'], 'br');
  assert.equal(brotliDecompressSync(packed.body ?? new Uint8Array()).toString(), 'export {};');
});

test('HEAD tells the same without a body, and what is known already is not sent again', async () => {
  const { headers } = await ask(asset);
  const head = await ask(asset, { method: 'HEAD' });
  assert.deepEqual([head.status, head.body, head.headers['content-length']], [200, undefined, '10']);
  const known = await ask(asset, { headers: { 'if-none-match': `"other", W/${headers['etag']}` } });
  assert.deepEqual([known.status, known.body], [304, undefined]);
  assert.equal((await ask(asset, { headers: { 'if-none-match': '"other"' } })).status, 200);
});

test('no path leads out of the bundle, and nothing is written', async () => {
  for (const path of [
    '/portal/../package.json',
    '/portal/assets/..%2f..%2fpackage.json',
    '/portal/assets/',
    '/portal//etc/passwd',
    '/portal/assets/__proto__',
    '/portal/%2e%2e/',
  ]) {
    const { status, headers } = await ask(path);
    assert.equal(status, 404, path);
    assert.equal(headers['content-type'], 'text/plain; charset=utf-8');
  }
  const { status, headers } = await ask('/portal/', { method: 'POST' });
  assert.deepEqual([status, headers['allow']], [405, 'GET, HEAD']);
  const moved = await ask('/portal');
  assert.deepEqual([moved.status, moved.headers['location']], [308, '/portal/']);
});

test('pages that were not built say how to build them, and are there once they are', async () => {
  let built = false;
  const late = createPortalHandler(() => (built ? bundle : undefined));
  const missing = await late(plainRequest({ target: '/portal/' }));
  assert.equal(missing.status, 503);
  assert.ok(missing.body instanceof Uint8Array);
  assert.match(Buffer.from(missing.body).toString(), /npm run build:portal/);
  built = true;
  assert.equal((await late(plainRequest({ target: '/portal/' }))).status, 200);
});
