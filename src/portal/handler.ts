import { createHash } from 'node:crypto';
import { brotliCompressSync } from 'node:zlib';
import type { Handler, HttpRequest, HttpResponse } from '../http/contract.ts';
import { type Bundle, readBundle } from './bundle.ts';

const prefix = '/portal/';

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const always = {
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

interface Served {
  readonly type: string;
  readonly etag: string;
  readonly cacheControl: string;
  readonly plain: Uint8Array;
  readonly brotli: Uint8Array;
}

/** Serves the compiled pages below `/portal/`; what is not in the bundle is not found. Read and compressed on first use. */
export function createPortalHandler(read: () => Bundle | undefined = readBundle): Handler {
  let files: ReadonlyMap<string, Served> | undefined;
  return (request) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return message(405, 'The pages of the portal are only read.', { allow: 'GET, HEAD' });
    }
    if (request.path === '/portal') {
      return { status: 308, headers: { ...always, location: prefix, 'cache-control': 'no-cache' } };
    }
    if (!files) {
      const bundle = read();
      if (!bundle) return message(503, "The pages of the portal are not built: run 'npm run build:portal'.");
      files = served(bundle);
    }
    const file = files.get(request.path);
    return file ? answer(request, file) : message(404, 'The portal has no such page. It begins at /portal/.');
  };
}

function served({ document, files }: Bundle): ReadonlyMap<string, Served> {
  const all = new Map<string, Served>();
  all.set(prefix, prepare({ type: 'text/html; charset=utf-8', text: document }, 'no-cache'));
  for (const [name, file] of Object.entries(files)) {
    all.set(`${prefix}assets/${name}`, prepare(file, 'public, max-age=31536000, immutable'));
  }
  return all;
}

function prepare({ type, text }: { readonly type: string; readonly text: string }, cacheControl: string) {
  const plain = Buffer.from(text);
  const etag = `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`;
  return { type, etag, cacheControl, plain, brotli: brotliCompressSync(plain) };
}

function answer(request: HttpRequest, file: Served): HttpResponse {
  const { etag, type, cacheControl } = file;
  const headers = { ...always, etag, 'cache-control': cacheControl, vary: 'accept-encoding' };
  const known = (request.header('if-none-match') ?? '')
    .split(',')
    .map((one) => one.trim().replace(/^W\//, ''));
  if (known.includes(etag) || known.includes('*')) return { status: 304, headers };
  const packed = /(?:^|,)\s*br\s*(?:,|$)/i.test(request.header('accept-encoding') ?? '');
  const body = packed ? file.brotli : file.plain;
  const told = { ...headers, 'content-type': type, 'content-length': String(body.length) };
  return {
    status: 200,
    headers: packed ? { ...told, 'content-encoding': 'br' } : told,
    ...(request.method === 'GET' && { body }),
  };
}

function message(status: number, text: string, headers: Record<string, string> = {}): HttpResponse {
  const type = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' };
  return { status, headers: { ...always, ...type, ...headers }, body: Buffer.from(`${text}\n`) };
}
