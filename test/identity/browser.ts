import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { type Answer, armScope, azureCli, type Estate } from './support.ts';

export const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';
export const userScope = `${armScope} offline_access openid profile`;

export function decodeToken(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
}

export function tokenRequest(
  estate: Estate,
  form: Record<string, string>,
  path = '/organizations/oauth2/v2.0/token',
) {
  return estate.login('POST', path, { form: { client_id: azureCli, ...form } });
}

export function refused(answer: Answer, number: number, error: string, status = 400): void {
  assert.equal(answer.status, status, answer.text);
  assert.deepEqual(answer.body.error_codes, [number], answer.text);
  assert.equal(answer.body.error, error);
  assert.match(
    answer.body.error_description,
    new RegExp(
      `^AADSTS${number}: .* Trace ID: \\S{36} Correlation ID: \\S{36} Timestamp: \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\dZ$`,
    ),
  );
  assert.ok(answer.body.trace_id && answer.body.correlation_id && answer.body.timestamp);
}

/** The hidden fields of the first form of a page. */
export function hiddenFields(page: string): Record<string, string> {
  const plain = (text: string) =>
    text
      .replaceAll('&quot;', '"')
      .replaceAll('&#39;', "'")
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&amp;', '&');
  const found = page.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g);
  return Object.fromEntries([...found].map(([, name = '', value = '']) => [name, plain(value)]));
}

export interface BrowserSignIn {
  readonly query?: Record<string, string>;
  readonly verifier?: string;
}

export const verifier = 'a-verifier-that-is-long-enough-to-be-one-0123456789';
export const redirectUri = 'http://localhost:41234/';

export async function authorizePage(
  estate: Estate,
  { query = {} }: BrowserSignIn = {},
  headers: Record<string, string> = {},
) {
  const parameters = new URLSearchParams({
    client_id: azureCli,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: userScope,
    state: 'state & "more"',
    response_mode: 'form_post',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    nonce: 'nonce-1',
    ...query,
  });
  return estate.login('GET', `/organizations/oauth2/v2.0/authorize?${parameters}`, { headers });
}

export async function submit(estate: Estate, page: Answer, fields: Record<string, string>) {
  return estate.login('POST', '/organizations/oauth2/v2.0/authorize', {
    form: { ...hiddenFields(page.text), ...fields },
  });
}
