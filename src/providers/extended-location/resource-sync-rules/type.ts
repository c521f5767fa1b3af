import {
  ArmError,
  type ResourceDraft,
  type ResourceType,
  type ResourceWrite,
  refusals,
} from '../../../arm/index.ts';
import type { JsonObject } from '../../../base/index.ts';
import { Fields } from '../../fields.ts';
import { conformResourceSyncRule } from '../shape.ts';

export const ruleVersions = ['2024-09-15-preview', '2021-08-31-preview'] as const;
export const ruleType = 'Microsoft.ExtendedLocation/customLocations/resourceSyncRules';

const priorities = { min: 0, max: 2_147_483_647 } as const;
const operators = ['In', 'NotIn', 'Exists', 'DoesNotExist'] as const;

/**
 * Which resource group a resource of a custom location comes to stand in when it is made inside the location's cluster.
 * The rules are kept and asked (`findTargetResourceGroup`); nothing is made inside by itself here.
 * Source: https://learn.microsoft.com/rest/api/customlocation/resource-sync-rules
 */
export const resourceSyncRules: ResourceType = {
  namespace: 'Microsoft.ExtendedLocation',
  type: 'customLocations/resourceSyncRules',
  apiVersions: ruleVersions,
  scope: 'tracked',
  name: {
    pattern: /^[a-zA-Z0-9]$|^[a-zA-Z0-9][-_a-zA-Z0-9]{0,61}[a-zA-Z0-9]$/,
    rule: '1 to 63 letters, digits, hyphens and underscores, with a letter or digit at both ends',
  },
  lifecycle: 'immediate',
  announcesOperations: true,
  statuses: { delete: 200 },
  conform: conformResourceSyncRule,
  references: [
    {
      path: 'properties.targetResourceGroup',
      types: ['Microsoft.Resources/subscriptions/resourceGroups'],
      permission: 'write',
      missing: ({ id, path }) =>
        new ArmError(400, 'ResourceGroupNotFound', `The resource group '${id}' could not be found.`, {
          target: path,
        }),
    },
  ],
  prepare,
};

async function prepare(write: ResourceWrite): Promise<ResourceDraft> {
  const locationId = write.id.split('/').slice(0, -2).join('/');
  if (!(await write.context.records.get(locationId)))
    throw refusals.parentNotFound('write', 'customLocations/resourceSyncRules', locationId);
  const body = new Fields(write.body['properties'], 'properties');
  const priority = body.integer('priority', priorities);
  if (priority === undefined) throw body.wrong('priority', 'the member is required');
  const targetResourceGroup = body.string('targetResourceGroup');
  if (!targetResourceGroup) throw body.wrong('targetResourceGroup', 'the id of a resource group is required');
  return { properties: { priority, selector: selectorOf(body), targetResourceGroup } };
}

function selectorOf(body: Fields): JsonObject {
  const selector = body.object('selector');
  return {
    ...(selector.has('matchLabels') && { matchLabels: selector.stringMap('matchLabels') }),
    ...(selector.has('matchExpressions') && {
      matchExpressions: selector.objects('matchExpressions').map(readExpression),
    }),
  };
}

function readExpression(asked: Fields): JsonObject {
  const key = asked.string('key');
  const operator = asked.choice('operator', operators);
  if (!key) throw asked.wrong('key', 'it is required');
  if (!operator) throw asked.wrong('operator', `one of ${operators.join(', ')} is required`);
  const values = asked.strings('values');
  const wantsValues = operator === 'In' || operator === 'NotIn';
  if (wantsValues !== values.length > 0) {
    throw asked.wrong(
      'values',
      wantsValues ? `the operator ${operator} needs values` : `the operator ${operator} takes no values`,
    );
  }
  return { key, operator, values };
}
