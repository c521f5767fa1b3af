import { selectorMatches } from '../../../apimachinery/validation/selectors.ts';
import { ArmError, type ArmRoute, type ResourceRecord } from '../../../arm/index.ts';
import { Fields } from '../../fields.ts';
import { ruleType, ruleVersions } from './type.ts';

/**
 * The resource group that the rules of a custom location give to something with these labels: the one of the rule that
 * matches with the lowest priority; no content when none does.
 * Source: https://learn.microsoft.com/rest/api/customlocation/custom-locations/find-target-resource-group
 */
export const findTargetResourceGroup: ArmRoute = {
  method: 'POST',
  path: '/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}/providers/Microsoft.ExtendedLocation/customLocations/{name}/findTargetResourceGroup',
  apiVersions: ruleVersions,
  permission: 'Microsoft.ExtendedLocation/customLocations/findTargetResourceGroup/action',
  async handle({ parameters, body, context }) {
    const { subscriptionId = '', resourceGroup = '', name = '' } = parameters;
    const id = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.ExtendedLocation/customLocations/${name}`;
    const location = await context.records.get(id);
    if (!location) throw new ArmError(404, 'ResourceNotFound', `The custom location '${id}' was not found.`);
    const labels = new Fields(body).stringMap('labels');
    const matching = (await context.records.list(`${location.id}/resourceSyncRules`, ruleType)).filter(
      ({ properties }) => selectorMatches(new Fields(properties).object('selector').value, labels),
    );
    const [first] = matching.sort((a, b) => priorityOf(a) - priorityOf(b));
    if (!first) return { status: 204 };
    const targetResourceGroup = new Fields(first.properties).string('targetResourceGroup') ?? '';
    return { status: 200, body: { matchedResourceSyncRule: first.id, targetResourceGroup } };
  },
};

function priorityOf({ properties }: ResourceRecord): number {
  const { priority } = properties;
  return typeof priority === 'number' ? priority : Number.POSITIVE_INFINITY;
}
