import { ArmError, groupIdOf, subscriptionOf } from '../../../arm/index.ts';
import { isObject, type JsonObject } from '../../../base/index.ts';
import type { DeploymentScope } from '../../../template/index.ts';

/** A deployment's body, read. */
export interface DeploymentRequest {
  readonly template: JsonObject;
  readonly parameters: JsonObject;
  readonly mode: 'Incremental' | 'Complete';
  readonly location: string | undefined;
  readonly debugSetting: JsonObject | undefined;
}

/** The scope that the id of a deployment, or of what it hangs on, lies in; undefined where nothing can be deployed. */
export function scopeOf(id: string): DeploymentScope | undefined {
  const scope = id.replace(/\/providers\/Microsoft\.Resources\/deployments(?:\/[^/]*)?$/i, '');
  if (scope === '') return { kind: 'tenant', id: '' };
  const subscriptionId = subscriptionOf(scope);
  if (subscriptionId === undefined) {
    const isManagementGroup = /^\/providers\/Microsoft\.Management\/managementGroups\/[^/]+$/i.test(scope);
    return isManagementGroup ? { kind: 'managementGroup', id: scope } : undefined;
  }
  if (scope === `/subscriptions/${subscriptionId}`)
    return { kind: 'subscription', id: scope, subscriptionId };
  const [, groupName] = /^\/subscriptions\/[^/]+\/resourceGroups\/([^/]+)$/i.exec(scope) ?? [];
  if (groupName === undefined || groupIdOf(scope) === undefined) return undefined;
  return { kind: 'resourceGroup', id: scope, subscriptionId, groupName };
}

const memberNames =
  'template templateLink parameters parametersLink mode debugSetting onErrorDeployment expressionEvaluationOptions whatIfSettings validationLevel'.split(
    ' ',
  );

/** Reads `{ location, properties }`. Throws InvalidRequestContent and its like. */
export function readRequest(name: string, body: JsonObject, scope: DeploymentScope): DeploymentRequest {
  const { properties } = body;
  if (!isObject(properties)) throw invalid(`Required property 'properties' not found in JSON. Path ''`);
  const read = byName(properties);
  refuseUnbuilt(read);
  const { template, parameters = {}, debugSetting } = read;
  if (!isObject(template)) {
    throw new ArmError(
      400,
      'InvalidTemplateDeployment',
      'The deployment template is null or invalid. Please see https://aka.ms/arm-template for usage details.',
    );
  }
  if (!isObject(parameters ?? {}))
    throw invalid(`The member 'parameters' must be an object. Path 'properties.parameters'`);
  return {
    template,
    parameters: parametersOf(isObject(parameters) ? parameters : {}),
    mode: modeOf(read['mode'], scope),
    location: locationOf(name, body.location, scope),
    debugSetting: isObject(debugSetting) ? debugSetting : undefined,
  };
}

/** A whole parameters file is taken for what it holds, as Azure takes it. */
function parametersOf(given: JsonObject): JsonObject {
  const { parameters } = given;
  return '$schema' in given && isObject(parameters) ? parameters : given;
}

function byName(properties: JsonObject): JsonObject {
  const read: JsonObject = {};
  for (const [name, value] of Object.entries(properties)) {
    const known = memberNames.find((member) => member.toLowerCase() === name.toLowerCase());
    if (known === undefined) {
      throw invalid(
        `Could not find member '${name}' on object of type 'DeploymentProperties'. Path 'properties.${name}'`,
      );
    }
    if (value !== undefined && value !== null) read[known] = value;
  }
  return read;
}

function refuseUnbuilt(read: JsonObject): void {
  for (const [member, how] of [
    ['templateLink', 'Send the template itself.'],
    ['parametersLink', 'Send the parameters themselves.'],
    ['onErrorDeployment', 'Leave it out and deploy the earlier template again.'],
  ] as const) {
    if (read[member] === undefined) continue;
    throw new ArmError(
      501,
      'NotImplemented',
      `The member '${member}' of deployments is not built in Drydock yet. ${how}`,
    );
  }
}

function modeOf(given: unknown, scope: DeploymentScope): DeploymentRequest['mode'] {
  if (typeof given !== 'string')
    throw invalid("Required property 'mode' not found in JSON. Path 'properties'");
  const mode = (['Incremental', 'Complete'] as const).find(
    (one) => one.toLowerCase() === given.toLowerCase(),
  );
  if (!mode)
    throw invalid(`Error converting value "${given}" to type 'DeploymentMode'. Path 'properties.mode'`);
  if (mode === 'Complete' && scope.kind !== 'resourceGroup') {
    throw new ArmError(
      400,
      'InvalidDeployment',
      `The deployment mode 'Complete' is not supported at the scope of a ${scope.kind}; use 'Incremental'. Please see https://aka.ms/deploy-to-subscription for usage details.`,
    );
  }
  return mode;
}

function locationOf(name: string, given: unknown, { kind }: DeploymentScope): string | undefined {
  const isGiven = typeof given === 'string' && given.trim() !== '';
  if (kind === 'resourceGroup') {
    if (!isGiven) return undefined;
    throw new ArmError(
      400,
      'InvalidDeployment',
      `The 'location' property is not allowed for '${name}' at resource group scope. Please see https://aka.ms/deploy-to-subscription for usage details.`,
    );
  }
  if (isGiven) return given;
  throw new ArmError(
    400,
    'InvalidDeployment',
    `The 'location' property must be specified for '${name}'. Please see https://aka.ms/deploy-to-subscription for usage details.`,
  );
}

function invalid(detail: string): ArmError {
  return new ArmError(
    400,
    'InvalidRequestContent',
    `The request content was invalid and could not be deserialized: '${detail}.'.`,
  );
}
