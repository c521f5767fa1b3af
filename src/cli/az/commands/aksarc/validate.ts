import { isObject, type JsonObject } from '../../../../base/index.ts';
import type { Call, Flags } from '../../declaration.ts';
import { AzError } from '../../errors.ts';
import { arcCluster, propertiesOf } from './noun.ts';

interface Asked {
  readonly customLocation: string;
  readonly vnetIds: readonly string[];
  readonly kubernetesVersion: string | undefined;
  readonly nodeSize: string | undefined;
}

/** Looks for what a cluster would be made of, and says that it is there. Throws for what is not. */
export async function validateParts(call: Call<Flags>, asked: Asked): Promise<void> {
  const { customLocation, vnetIds, kubernetesVersion, nodeSize } = asked;
  const { arm } = call.session;
  await arm.get(customLocation, '2021-08-15');
  for (const id of vnetIds) {
    const network = await arm.get(id, '2024-01-01');
    const place = isObject(network['extendedLocation']) ? network['extendedLocation']['name'] : undefined;
    if (String(place).toLowerCase() === customLocation.toLowerCase()) continue;
    throw new AzError(
      `The logical network '${id}' lies in the custom location '${String(place)}', not in '${customLocation}'.`,
    );
  }
  const offered = `${customLocation}/providers/Microsoft.HybridContainerService`;
  if (kubernetesVersion) {
    const versions = valuesOf(await arm.get(`${offered}/kubernetesVersions/default`, arcCluster.apiVersion));
    const patches = versions.flatMap(({ patchVersions }) =>
      Object.keys(isObject(patchVersions) ? patchVersions : {}),
    );
    const wanted = kubernetesVersion.replace(/^v/i, '');
    const isOffered = patches.some((patch) => patch === wanted || patch.startsWith(`${wanted}.`));
    if (!isOffered) throw notOffered('Kubernetes version', kubernetesVersion, patches);
  }
  if (nodeSize) {
    const sizes = valuesOf(await arm.get(`${offered}/skus/default`, arcCluster.apiVersion)).map(({ name }) =>
      String(name),
    );
    const isOffered = sizes.some((size) => size.toLowerCase() === nodeSize.toLowerCase());
    if (!isOffered) throw notOffered('VM size', nodeSize, sizes);
  }
  call.print('The custom location, the logical network and the options were validated; no cluster was made.');
}

function valuesOf(body: JsonObject): JsonObject[] {
  const { values } = propertiesOf(body);
  return Array.isArray(values) ? values.filter(isObject) : [];
}

function notOffered(what: string, asked: string, offered: readonly string[]): AzError {
  return new AzError(`The ${what} '${asked}' is not offered. Offered: ${offered.join(', ')}.`);
}
