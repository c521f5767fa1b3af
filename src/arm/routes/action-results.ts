import type { ActionResults } from '../action-results.ts';
import type { ArmRoute, ResourceManagerOptions, ResourceType, RouteCall } from '../contract.ts';
import { refusals } from '../errors.ts';
import type { Services } from '../services.ts';
import { operationIdOf, runningResult, runOf } from '../verbs/results.ts';

/** Results of actions that are resources of their own. */
export function actionResultRoutes(services: Services, { types }: ResourceManagerOptions): ArmRoute[] {
  return types.flatMap((type) =>
    Object.entries(type.actions ?? {}).flatMap(([name, action]) =>
      'results' in action && action.results ? [route(services, type, { name, results: action.results })] : [],
    ),
  );
}

interface Read {
  readonly name: string;
  readonly results: ActionResults;
}

function route(services: Services, type: ResourceType, { name, results }: Read): ArmRoute {
  const { namespace, apiVersions, lowestApiVersion } = type;
  const base = `${namespace}/${type.type}`;
  const words = type.type.split('/').map((word, at) => `${word}/{name${at}}`);
  return {
    method: 'GET',
    path: `/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/${namespace}/${words.join('/')}/${results.word}/{runId}`,
    apiVersions,
    ...(lowestApiVersion && { lowestApiVersion }),
    permission: `${base}/${results.word}/read`,
    async handle(call) {
      const { resourceGroupName = '', subscriptionId = '', runId = '' } = call.parameters;
      const names = words.map((_, at) => call.parameters[`name${at}`] ?? '');
      const path = type.type.split('/').map((word, at) => `${word}/${names[at]}`);
      const resourceId = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroupName}/providers/${namespace}/${path.join('/')}`;
      const operation = await find(services, runId);
      const record = services.records.cache.get(resourceId)?.record;
      const action = type.actions?.[name];
      const permission = action?.permission ?? `${base}/${name}/action`;
      // One of that name may have been deleted since, and made anew by somebody else.
      const isOlder = !record || Date.parse(record.systemData.createdAt) > (operation?.startedAtMs ?? 0);
      if (
        isOlder ||
        operation?.resourceId.toLowerCase() !== resourceId.toLowerCase() ||
        operation.permission?.toLowerCase() !== permission.toLowerCase()
      ) {
        throw refusals.resourceNotFound(
          `${base}/${names.join('/')}/${results.word}/${runId}`,
          resourceGroupName,
        );
      }
      if (operation.status === 'InProgress') return running(call, { operation, results });
      return { status: 200, body: results.show(runOf(operation)) };
    },
  };
}

async function find({ operations }: Services, runId: string) {
  const id = operationIdOf(runId);
  return id === undefined ? undefined : operations.settled(id);
}

function running(
  { origin, apiVersion }: RouteCall,
  { operation, results }: { operation: Parameters<typeof runningResult>[0]; results: ActionResults },
) {
  return runningResult(operation, results, { origin, apiVersion, resourceId: operation.resourceId });
}
