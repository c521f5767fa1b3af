import { demandProof } from '../clients.ts';
import { aadsts } from '../errors.ts';
import { answerUser, type Grant, requestedScope } from './grant.ts';

/** User name and password sent by the client (RFC 6749, section 4.3). */
export const password: Grant = async (request) => {
  const { surface, exchange, client, checks } = request;
  demandProof(client);
  const username = exchange.parameters.get('username');
  const text = exchange.parameters.get('password');
  if (!username) throw aadsts.missingParameter('username');
  if (!text) throw aadsts.missingParameter('password');
  const scope = requestedScope(exchange.parameters);
  if (scope === undefined) throw aadsts.missingParameter('scope');
  const { user, mustChange } = await checks.passwords.check(
    username,
    text,
    exchange.request.connection.remoteAddress,
  );
  if (mustChange) throw aadsts.passwordMustChange();
  return answerUser(request, { signIn: { userId: user.id, signedInAtMs: surface.clock.now() }, scope });
};
