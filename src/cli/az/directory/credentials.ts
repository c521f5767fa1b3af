import type { JsonObject } from '../../../base/index.ts';
import type { AzContext } from '../context.ts';
import { AzError } from '../errors.ts';
import { callGraph } from '../http/graph.ts';
import type { Session } from '../session.ts';

export const credentialWarning =
  'The output includes credentials that you must protect. Be sure that you do not include these credentials in your code or check the credentials into your source control. For more information, see https://aka.ms/azadsp-cli';

export interface PasswordWish {
  /** e.g. `/applications/{object id}`. */
  readonly path: string;
  readonly displayName: string | undefined;
  readonly years: number | undefined;
  readonly endDate?: string | undefined;
}

/** Adds a password to an application or service principal and resolves with its text. */
export async function addPassword(session: Session, context: AzContext, wish: PasswordWish): Promise<string> {
  const start = new Date(context.clock.now());
  const end = new Date(start);
  end.setUTCFullYear(end.getUTCFullYear() + (wish.years ?? 1));
  const credential: JsonObject = {
    ...(wish.displayName === undefined ? {} : { displayName: wish.displayName }),
    startDateTime: seconds(start),
    endDateTime: wish.endDate ?? seconds(end),
  };
  const answer = await callGraph(session, {
    method: 'POST',
    path: `${wish.path}/addPassword`,
    body: { passwordCredential: credential },
  });
  const secret = answer?.['secretText'];
  if (typeof secret !== 'string') throw new AzError('Graph handed out no secret.');
  return secret;
}

function seconds(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}

/** Removes all passwords of an application or service principal. */
export async function removePasswords(session: Session, path: string, object: JsonObject): Promise<void> {
  const credentials = Array.isArray(object['passwordCredentials']) ? object['passwordCredentials'] : [];
  for (const one of credentials) {
    if (typeof one !== 'object' || one === null || !('keyId' in one)) continue;
    await callGraph(session, {
      method: 'POST',
      path: `${path}/removePassword`,
      body: { keyId: String(one['keyId']) },
    });
  }
}
