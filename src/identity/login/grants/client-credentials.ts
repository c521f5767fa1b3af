import { aadsts } from '../errors.ts';
import { confirmationOf, type Grant, requestedScope, resolveScope } from './grant.ts';

/** A program signs in as itself (RFC 6749, section 4.4). */
export const clientCredentials: Grant = async ({ surface, exchange, client }) => {
  if (!client.application || client.proof === 'none') throw aadsts.secretRequired();
  const { servicePrincipal } = client;
  if (!servicePrincipal) throw aadsts.noServicePrincipal(client.clientId, surface.objects.tenant().tenantId);
  const scope = requestedScope(exchange.parameters);
  if (scope === undefined) throw aadsts.missingParameter('scope');
  const { resource, scopes } = resolveScope(surface, scope);
  const narrower = scopes.permissions.find((one) => !one.endsWith('/.default'));
  if (narrower !== undefined || scopes.permissions.length === 0)
    throw aadsts.notDefaultScope(narrower ?? scope);
  const confirmation = confirmationOf(exchange.parameters);
  return surface.answers.forProgram(
    {
      clientId: client.clientId,
      clientProof: client.proof,
      resource,
      scopes,
      dialect: exchange.dialect,
      ...(confirmation ? { confirmation } : {}),
    },
    servicePrincipal,
  );
};
