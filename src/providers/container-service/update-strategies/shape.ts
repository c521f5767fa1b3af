import { ArmError } from '../../../arm/index.ts';
import type { JsonObject } from '../../../base/index.ts';
import { conform, type Shape, type ShapeFaults } from '../../shape.ts';

const gate: Shape = {
  displayName: 'text',
  type: 'text',
  scheduledStartConfiguration: { startDay: 'text', startTime: 'text', utcOffset: 'text' },
};
const step = {
  name: 'text',
  maxConcurrency: 'text',
  maxAllowedFailures: 'text',
  memberSelector: { byLabel: 'text' },
  beforeGates: [gate],
  afterGates: [gate],
} as const satisfies Shape;

/** `strategy` of a strategy and of a run, with the members of every version. */
const strategy: Shape = {
  stages: [{ ...step, groups: [step], afterStageWaitInSeconds: 'integer' }],
};

/** How a body that does not fit is refused. */
export const misfits: ShapeFaults = {
  wrongType: (path, found, wanted) =>
    new ArmError(
      400,
      'InvalidRequestFormat',
      `Cannot parse the request. '${path}' must be ${wanted}, and ${found} was found.`,
      { target: path },
    ),
};

/** The body of a strategy with its members in the casing of the service. Throws InvalidRequestFormat for wrong types. */
export function conformStrategy(body: JsonObject): JsonObject {
  return conformProperties(body, { strategy, provisioningState: 'text' });
}

/** The body of a run with its members in the casing of the service. Throws InvalidRequestFormat for wrong types. */
export function conformRun(body: JsonObject): JsonObject {
  return conformProperties(body, {
    strategy,
    updateStrategyId: 'text',
    autoUpgradeProfileId: 'text',
    provisioningState: 'text',
    status: 'any',
    managedClusterUpdate: {
      upgrade: { type: 'text', kubernetesVersion: 'text' },
      nodeImageSelection: { type: 'text', customNodeImageVersions: [{ version: 'text' }] },
    },
  });
}

function conformProperties(body: JsonObject, properties: Shape): JsonObject {
  const { properties: sent } = body;
  if (sent === undefined || sent === null) return body;
  return { ...body, properties: conform(sent, properties, { path: 'properties', faults: misfits }) };
}
