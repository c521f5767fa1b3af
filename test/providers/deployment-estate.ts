import type { Caller } from '../../src/arm/index.ts';
import { type JsonObject, silentLogger, systemClock, systemRandom } from '../../src/base/index.ts';
import { authorizationTypes } from '../../src/providers/authorization/index.ts';
import type { RecordLoop } from '../../src/providers/loop.ts';
import { managedIdentityTypes } from '../../src/providers/managed-identity/index.ts';
import { networkResourceTypes } from '../../src/providers/network/index.ts';
import {
  type DeploymentSettings,
  resourcesRoutes,
  resourcesTypes,
  runDeployments,
  runResourceGroups,
} from '../../src/providers/resources/index.ts';
import { createMemoryStore, type Store } from '../../src/store/index.ts';
import { type Estate, openEstate, type Reply, tenantId } from '../arm/estate.ts';
import { things } from '../arm/things.ts';
import { identities } from './support.ts';

export const resourceGroupSchema =
  'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#';
export const subscriptionSchema =
  'https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#';

/** A template with these sections. */
export function template(sections: JsonObject, schema = resourceGroupSchema): JsonObject {
  return { $schema: schema, contentVersion: '1.0.0.0', resources: [], ...sections };
}

export interface DeploymentEstate extends Estate {
  /** PUTs a deployment below `scope` and waits for its end. */
  deploy(
    scope: string,
    name: string,
    properties: JsonObject,
    options?: { location?: string; as?: Caller },
  ): Promise<Reply>;
  /** The deployment once it has ended. */
  ended(id: string): Promise<Reply>;
  /** Begins to carry deployments out, where `isIdle` kept it from that. */
  startLoops(): void;
  stopLoops(): Promise<void>;
}

/** An estate with networks, identities and roles whose deployments are carried out. */
export async function openDeployments(
  options: { store?: Store; isIdle?: boolean } = {},
): Promise<DeploymentEstate> {
  const settings: DeploymentSettings = {
    calls: () => estate.manager.calls,
    environment: () => ({ name: 'Test' }),
  };
  const store = options.store ?? createMemoryStore({ clock: systemClock, random: systemRandom });
  const estate: Estate = await openEstate({
    store,
    clock: systemClock,
    random: systemRandom,
    routes: resourcesRoutes(settings),
    types: [
      ...resourcesTypes(settings).slice(1),
      ...authorizationTypes,
      ...networkResourceTypes({ bastionEndpoint: (id) => `bst-${id.length}.bastion.test:8443` }),
      ...managedIdentityTypes(identities),
      ...things,
    ],
  });
  const parts = {
    records: estate.manager.records,
    clock: systemClock,
    random: systemRandom,
    log: silentLogger,
  };
  const loops: RecordLoop[] = [];
  const startLoops = () => {
    loops.push(runDeployments({ ...parts, tenantId }, settings));
    loops.push(runResourceGroups(parts, estate.manager.deletes));
  };
  if (!options.isIdle) startLoops();
  const ended = async (id: string): Promise<Reply> => {
    for (;;) {
      const reply = await estate.call('GET', id);
      const state = (reply.body.properties as JsonObject | undefined)?.provisioningState;
      if (reply.status !== 200 || ['Succeeded', 'Failed', 'Canceled'].includes(String(state))) return reply;
      await systemClock.sleep(5);
    }
  };
  const stopLoops = async () => void (await Promise.all(loops.splice(0).map((loop) => loop.stop())));
  return {
    ...estate,
    ended,
    startLoops,
    stopLoops,
    async deploy(scope, name, properties, { location, as } = {}) {
      const id = `${scope}/providers/Microsoft.Resources/deployments/${name}`;
      const body = {
        ...(location !== undefined && { location }),
        properties: { mode: 'Incremental', ...properties },
      };
      const put = await estate.call('PUT', id, { body, ...(as && { as }) });
      return put.status < 300 ? ended(id) : put;
    },
    async close() {
      await stopLoops();
      await estate.close();
    },
  };
}
