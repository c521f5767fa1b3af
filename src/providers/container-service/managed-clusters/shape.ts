import { ArmError } from '../../../arm/index.ts';
import { isObject, type JsonObject } from '../../../base/index.ts';
import { conform, type Shape, type ShapeFaults } from '../../shape.ts';
import data from './shape.json' with { type: 'json' };

/**
 * Members of clusters and pools in all published versions.
 * Source: https://learn.microsoft.com/rest/api/aks (ManagedCluster, AgentPool)
 */
const { cluster, pool } = data as unknown as { cluster: { [member: string]: Shape }; pool: Shape }; // words are typed as strings
const clusterShape: Shape = { ...cluster, agentPoolProfiles: [pool] };

/** The body of a cluster as AKS decodes it: strictly, member names without case. Throws UnmarshalError. */
export function conformCluster(body: JsonObject, apiVersion: string): JsonObject {
  return conformProperties(body, clusterShape, apiVersion);
}

/** The body of an agent pool, likewise. */
export function conformPool(body: JsonObject, apiVersion: string): JsonObject {
  return conformProperties(body, pool, apiVersion);
}

/** The `properties` of a body, decoded the same way by any shape. Throws UnmarshalError. */
export function conformProperties(body: JsonObject, shape: Shape, apiVersion: string): JsonObject {
  const { properties } = body;
  if (properties === undefined || properties === null) return body;
  const faults: ShapeFaults = {
    wrongType: (path, found, wanted) =>
      unmarshalError(
        `json: cannot unmarshal ${found} into Go struct field Properties.${path} of type ${wanted}`,
      ),
    // A preview may have members that nobody has written down yet.
    ...(apiVersion.toLowerCase().endsWith('-preview')
      ? {}
      : {
          unknown: (_path: string, name: string) =>
            unmarshalError(`json: unknown field ${JSON.stringify(name.slice(0, 100))}`),
        }),
  };
  const conformed = conform(properties, shape, { path: 'properties', faults });
  return { ...body, properties: isObject(conformed) ? conformed : {} };
}

function unmarshalError(reason: string): ArmError {
  return new ArmError(400, 'UnmarshalError', `UnmarshalEntity encountered error: ${reason}.`);
}
