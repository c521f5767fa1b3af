import type { JWTPayload } from 'jose';
import { labelsOf } from '../../apimachinery/metadata.ts';
import { isObject, type JsonObject } from '../../base/index.ts';

/** Tokens that Secrets of service accounts hold: https://kubernetes.io/docs/concepts/configuration/secret/#serviceaccount-token-secrets */

/** Who such tokens say they come from, whatever the issuer of others is. */
export const secretIssuer = 'kubernetes/serviceaccount';

/** A service account, and the Secret that holds its token. */
export interface SecretAccount {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly secretName: string;
}

const claim = {
  namespace: 'kubernetes.io/serviceaccount/namespace',
  secretName: 'kubernetes.io/serviceaccount/secret.name',
  name: 'kubernetes.io/serviceaccount/service-account.name',
  uid: 'kubernetes.io/serviceaccount/service-account.uid',
} as const;

export function secretClaims({ namespace, secretName, name, uid }: SecretAccount): JWTPayload {
  return {
    [claim.namespace]: namespace,
    [claim.secretName]: secretName,
    [claim.name]: name,
    [claim.uid]: uid,
  };
}

/** Undefined when something is missing. */
export function readSecretClaims(claims: JWTPayload | undefined): SecretAccount | undefined {
  const text = (name: string) => {
    const value = claims?.[name];
    return typeof value === 'string' ? value : '';
  };
  const account = {
    namespace: text(claim.namespace),
    secretName: text(claim.secretName),
    name: text(claim.name),
    uid: text(claim.uid),
  };
  return Object.values(account).includes('') ? undefined : account;
}

/** Whether a Secret, not on its way out, holds that token. */
export function holdsToken({ metadata, data }: JsonObject, token: string): boolean {
  if (isObject(metadata) && metadata['deletionTimestamp'] !== undefined) return false;
  return isObject(data) && data['token'] === Buffer.from(token, 'latin1').toString('base64');
}

const invalidSince = 'kubernetes.io/legacy-token-invalid-since';

/** Whether somebody marked the token of a Secret as one that counts no longer. */
export function isMarkedInvalid(secret: JsonObject): boolean {
  return (labelsOf(secret)?.[invalidSince] ?? '') !== '';
}

/** Why such a token counts no longer, in the words of the real server. */
export function markedInvalid({ namespace, name, secretName }: SecretAccount): string {
  const what = `the token in secret ${namespace}/${secretName} for service account ${namespace}/${name} has been marked invalid`;
  const way = `Use tokens from the TokenRequest API or manually created secret-based tokens, or remove the '${invalidSince}' label from the secret to temporarily allow use of this token`;
  return `[invalid bearer token, ${what}. ${way}]`;
}
