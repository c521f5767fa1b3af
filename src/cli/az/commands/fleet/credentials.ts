import { isObject, type Json } from '../../../../base/index.ts';
import { AzError } from '../../errors.ts';
import { parseResourceId } from '../../ids.ts';
import type { Session } from '../../session.ts';
import { fleet } from './noun.ts';

const clusterType = 'microsoft.containerservice/managedclusters';

/** The kubeconfigs of a fleet's hub, or of one of its members. */
export async function fleetCredentials(
  { arm }: Session,
  fleetPath: string,
  member: string | undefined,
): Promise<Json | undefined> {
  if (member === undefined) return arm.post(`${fleetPath}/listCredentials`, fleet.apiVersion);
  const found = await arm.get(`${fleetPath}/members/${encodeURIComponent(member)}`, fleet.apiVersion);
  const properties = isObject(found['properties']) ? found['properties'] : {};
  const id = String(properties['clusterResourceId'] ?? '');
  const parts = parseResourceId(id);
  if (!parts || `${parts.namespace}/${parts.type}`.toLowerCase() !== clusterType) {
    throw new AzError(
      `Fleet member '${member}' is not associated with an AKS managed cluster. Currently, only AKS managed clusters are supported for this command.`,
    );
  }
  try {
    return await arm.post(`${id}/listClusterUserCredential`, '2026-06-01');
  } catch (thrown) {
    if (!(thrown instanceof AzError)) throw thrown;
    throw new AzError(
      `Failed to get credentials from managed cluster '${parts.names[0]}' for fleet member '${member}'`,
      { advice: [thrown.message] },
    );
  }
}
