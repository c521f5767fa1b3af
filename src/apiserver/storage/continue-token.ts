import { posix } from 'node:path';
import { badRequest } from '../../apimachinery/status.ts';
import { isObject } from '../../base/index.ts';
import { jsonSyntaxProblem } from '../request/json-syntax.ts';

/** Where a paged list goes on: the state it shows and the last key already sent. */
export interface ContinueToken {
  /** Below 0: the newest state. */
  readonly revision: number;
  readonly afterKey: string;
}

const version = 'meta.k8s.io/v1';

export function encodeContinueToken({ revision, afterKey }: ContinueToken): string {
  // The next key in order, as the real server writes it.
  const text = JSON.stringify({ v: version, rv: revision, start: `${afterKey}\0` });
  return Buffer.from(text).toString('base64url');
}

/** Throws 400 for anything that `encodeContinueToken` did not make. */
export function decodeContinueToken(token: string): ContinueToken {
  const { v, rv, start } = decoded(token);
  if (v !== version) {
    throw refused(`server does not recognize this encoded version ${typeof v === 'string' ? v : ''}`);
  }
  if (typeof rv !== 'number' || !Number.isSafeInteger(rv) || rv === 0) {
    throw refused(`incorrect encoded start resourceVersion (version ${version})`);
  }
  if (typeof start !== 'string' || start === '') {
    throw refused(`encoded start key empty (version ${version})`);
  }
  const rooted = start.startsWith('/') ? start : `/${start}`;
  if (posix.normalize(rooted) !== rooted || rooted.endsWith('/')) throw refused(start);
  return { revision: rv, afterKey: rooted.slice(1).replace(/\0$/, '') };
}

function decoded(token: string): Record<string, unknown> {
  let value: unknown;
  const illegal = illegalAt(token);
  if (illegal !== undefined) throw refused(`illegal base64 data at input byte ${illegal}`);
  const bytes = Buffer.from(token, 'base64url');
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw refused(jsonSyntaxProblem(bytes) ?? 'not JSON');
  }
  return isObject(value) ? value : {};
}

/** Where Go's decoder of unpadded base64 gives up. */
function illegalAt(token: string): number | undefined {
  const at = token.search(/[^\w\r\n-]/);
  if (at >= 0) return Buffer.byteLength(token.slice(0, at));
  return token.replace(/[\r\n]/g, '').length % 4 === 1 ? token.length - 1 : undefined;
}

function refused(why: string) {
  return badRequest(`invalid continue token: continue key is not valid: ${why}`);
}
