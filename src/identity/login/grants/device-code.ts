import { demandProof } from '../clients.ts';
import { aadsts } from '../errors.ts';
import { answerUser, type Grant } from './grant.ts';

/** The device asks whether its user has signed in elsewhere (RFC 8628, section 3.4). */
export const deviceCode: Grant = async (request) => {
  const { surface, exchange, client } = request;
  demandProof(client);
  // The v1 endpoint's clients call it `code`; MSAL sends both.
  const code = exchange.parameters.get('device_code') ?? exchange.parameters.get('code');
  if (!code) throw aadsts.missingParameter('device_code');
  const codes = surface.db.deviceCodes;
  const record = codes.peek(code);
  if (record?.clientId !== client.clientId) throw aadsts.wrongDeviceCode();
  if (!codes.get(code)) throw aadsts.deviceCodeExpired();
  if (record.state.type === 'pending') throw aadsts.authorizationPending();
  const taken = await codes.take(code);
  if (!taken) throw aadsts.wrongDeviceCode();
  if (taken.state.type !== 'approved') throw aadsts.deviceDeclined();
  return answerUser(request, { signIn: taken.state.signIn, scope: taken.scope });
};
