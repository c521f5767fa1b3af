import {
  ArmError,
  type ArmRoute,
  type Caller,
  type ResourceRecord,
  type RouteAnswer,
  type RouteCall,
} from '../../../arm/index.ts';
import { isObject, type JsonObject } from '../../../base/index.ts';
import { Budget, templateHash } from '../../../template/index.ts';
import { type Opened, openDeployment } from './open.ts';
import { operationsOf } from './operations.ts';
import { preflight, writtenOf } from './preflight.ts';
import { dependenciesShown, providersOf } from './present.ts';
import { type DeploymentRequest, readRequest, scopeOf } from './request.ts';
import { type DeploymentSettings, deploymentLimits, deploymentType } from './settings.ts';
import { deploymentVersions, lowestDeploymentVersion } from './type.ts';
import { changesOf } from './what-if.ts';

const path = '{scope}/providers/Microsoft.Resources/deployments/{name}';
/** The form of a resource group's operations without a provider. */
const shortPath = '/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/deployments/{name}';
const versions = { apiVersions: deploymentVersions, lowestApiVersion: lowestDeploymentVersion } as const;

/** What can be asked about deployments that are not there yet, and their operations. */
export function deploymentRoutes(settings: DeploymentSettings): readonly ArmRoute[] {
  const asked = { method: 'POST', ...versions, relaxedJson: true } as const;
  const reads = { method: 'GET', ...versions, permission: `${deploymentType}/operations/read` } as const;
  return [
    {
      ...asked,
      path: `${path}/validate`,
      permission: `${deploymentType}/validate/action`,
      handle: (call) => validate(call, settings),
    },
    {
      ...asked,
      path: `${path}/whatIf`,
      permission: `${deploymentType}/whatIf/action`,
      handle: (call) => whatIf(call, settings),
    },
    {
      ...asked,
      path: '/providers/Microsoft.Resources/calculateTemplateHash',
      // Whoever is signed in may: it is about nothing but what was sent.
      handle: ({ body }) => ({ status: 200, body: templateHash(body) }),
    },
    { ...reads, path: `${path}/operations`, options: ['$top'], handle: listOperations },
    { ...reads, path: `${path}/operations/{operationId}`, handle: getOperation },
    { ...reads, path: `${shortPath}/operations`, options: ['$top'], handle: listOperations },
    { ...reads, path: `${shortPath}/operations/{operationId}`, handle: getOperation },
  ];
}

function idOf({ parameters }: RouteCall): string {
  const { scope, subscriptionId, resourceGroupName, name } = parameters;
  const base = scope ?? `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroupName}`;
  return `${base}/providers/${deploymentType}/${name}`;
}

interface Asked {
  readonly opened: Opened;
  readonly request: DeploymentRequest;
  readonly caller: Caller;
  readonly budget: Budget;
}

async function open(call: RouteCall, { environment }: DeploymentSettings): Promise<Asked> {
  const { caller, body, context, parameters } = call;
  const [id, name] = [idOf(call), parameters.name ?? ''];
  const scope = scopeOf(id);
  if (!scope || !caller)
    throw new ArmError(400, 'InvalidDeployment', `Nothing can be deployed at the scope of '${id}'.`);
  const request = readRequest(name, body, scope);
  const budget = new Budget();
  const opening = { ...request, id, name, caller, environment: environment(), budget };
  return { opened: await openDeployment(opening, context), request, caller, budget };
}

async function validate(call: RouteCall, settings: DeploymentSettings): Promise<RouteAnswer> {
  const { opened, request, caller } = await open(call, settings);
  const { correlationId, parameters } = call;
  const name = parameters.name ?? '';
  await preflight(opened, { name, caller, calls: settings.calls(), correlationId });
  const properties: JsonObject = {
    templateHash: templateHash(request.template).templateHash,
    parameters: opened.template.shownParameters(),
    mode: request.mode,
    provisioningState: 'Succeeded',
    timestamp: new Date(call.context.clock.now()).toISOString(),
    duration: 'PT0S',
    correlationId,
    providers: providersOf(opened.plan),
    dependencies: dependenciesShown(opened.plan),
    validatedResources: writtenOf(opened.plan).map((one) => ({ id: one.id })),
  };
  const location = request.location === undefined ? {} : { location: request.location };
  return { status: 200, body: { id: idOf(call), name, type: deploymentType, ...location, properties } };
}

async function whatIf(call: RouteCall, settings: DeploymentSettings): Promise<RouteAnswer> {
  const { opened, request, caller, budget } = await open(call, settings);
  const calls = settings.calls();
  await preflight(opened, {
    name: call.parameters.name ?? '',
    caller,
    calls,
    correlationId: call.correlationId,
  });
  const { properties } = call.body;
  const wishes = isObject(properties) ? properties['whatIfSettings'] : undefined;
  const isFull = !isObject(wishes) || wishes['resultFormat'] !== 'ResourceIdOnly';
  const isComplete = request.mode === 'Complete';
  const changes = await changesOf({
    environment: settings.environment(),
    opened,
    budget,
    nested: { left: deploymentLimits.nestedInWhatIf },
    caller,
    calls,
    context: call.context,
    isComplete,
    isFull,
  });
  return {
    status: 200,
    body: { status: 'Succeeded', properties: { correlationId: call.correlationId, changes } },
  };
}

async function recordOf(call: RouteCall): Promise<ResourceRecord> {
  const record = await call.context.records.get(idOf(call));
  if (record) return record;
  throw new ArmError(404, 'DeploymentNotFound', `Deployment '${call.parameters.name}' could not be found.`);
}

async function listOperations(call: RouteCall): Promise<RouteAnswer> {
  const all = operationsOf(await recordOf(call));
  const top = Number(call.query.get('$top') ?? all.length);
  return { status: 200, body: { value: all.slice(0, Number.isInteger(top) && top > 0 ? top : all.length) } };
}

async function getOperation(call: RouteCall): Promise<RouteAnswer> {
  const { operationId = '', name } = call.parameters;
  const found = operationsOf(await recordOf(call)).find(
    (one) => String(one.operationId).toLowerCase() === operationId.toLowerCase(),
  );
  if (found) return { status: 200, body: found };
  throw new ArmError(
    404,
    'DeploymentOperationNotFound',
    `The deployment operation '${operationId}' of '${name}' could not be found.`,
  );
}
