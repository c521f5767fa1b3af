import { isObject } from '../../base/index.ts';
import { badRequest } from '../wire/status.ts';

/** Where a paged list goes on: the state it shows and the last key already sent. */
export interface ContinueToken {
  readonly revision: number;
  readonly afterKey: string;
}

export function encodeContinueToken({ revision, afterKey }: ContinueToken): string {
  const text = JSON.stringify({ v: 'meta.k8s.io/v1', rv: revision, start: afterKey });
  return Buffer.from(text).toString('base64url');
}

/** Throws 400 for anything that `encodeContinueToken` did not make. */
export function decodeContinueToken(token: string): ContinueToken {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    if (isObject(value)) {
      const { rv, start } = value;
      if (typeof rv === 'number' && typeof start === 'string') return { revision: rv, afterKey: start };
    }
  } catch {
    // Falls through to the refusal.
  }
  throw badRequest(
    'continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)',
  );
}
