import type { UserInfo } from '../../apimachinery/contract.ts';

/** What became of a token: somebody, for some of the audiences asked for, or nobody and why. */
export type TokenVerdict =
  | { readonly user: UserInfo; readonly audiences: readonly string[] }
  | { readonly user: undefined; readonly error: string };

/** Nobody recognises it, and nobody says more. */
export const invalidToken: TokenVerdict = { user: undefined, error: 'invalid bearer token' };
