import type { JsonObject } from '../../../../base/index.ts';
import { defineCommand } from '../../declaration.ts';
import { resourceGroupFilter, text } from '../../declare/flags.ts';
import { resolveLocation } from '../../shape/location.ts';
import { rows } from '../../shape/rows.ts';
import { pythonTime } from '../../shape/time.ts';
import { presentResource } from './target.ts';

const group = 'Resource Id Arguments';

/** `az resource list`. */
export const command = defineCommand({
  words: 'resource list',
  summary: 'List resources.',
  flags: {
    resourceGroup: { ...resourceGroupFilter(), group },
    name: text('--name -n', 'The resource name.'),
    resourceType: text('--resource-type', "The resource's type, e.g. 'Microsoft.Network/virtualNetworks'.", {
      group,
    }),
    namespace: text('--namespace', 'Provider namespace.', { group }),
    location: text('--location -l', 'Region.'),
    tag: text('--tag', "A single tag in 'key[=value]' format."),
  },
  reads: true,
  table: rows((one) => ({
    Name: one['name'],
    ResourceGroup: one['resourceGroup'],
    Location: one['location'],
    Type: one['type'],
    Status: one['provisioningState'],
  })),
  examples: [{ text: 'List resources of a group.', command: 'az resource list -g MyResourceGroup -o table' }],
  async run({ flags, session }) {
    const subscription = `/subscriptions/${session.subscriptionId}`;
    const { resourceGroup, name, tag } = flags;
    if (resourceGroup !== undefined) {
      await session.arm.get(
        `${subscription}/resourcegroups/${encodeURIComponent(resourceGroup)}`,
        '2024-11-01',
      );
    }
    const type =
      flags.namespace && flags.resourceType && !flags.resourceType.includes('/')
        ? `${flags.namespace}/${flags.resourceType}`
        : flags.resourceType;
    const place = flags.location === undefined ? undefined : await resolveLocation(session, flags.location);
    const conditions = [
      resourceGroup === undefined ? '' : `resourceGroup eq '${resourceGroup}'`,
      name === undefined ? '' : `name eq '${name}'`,
      place === undefined ? '' : `location eq '${place}'`,
      type === undefined ? '' : `resourceType eq '${type}'`,
      tag === undefined ? '' : tagCondition(tag),
    ].filter((condition) => condition !== '');
    const found = await session.arm.list(`${subscription}/resources`, '2024-11-01', {
      $filter: conditions.length > 0 ? conditions.join(' and ') : undefined,
      $expand: 'createdTime,changedTime,provisioningState',
    });
    return found.map(presentListed);
  },
});

function tagCondition(tag: string): string {
  const cut = tag.indexOf('=');
  if (cut < 0) return `tagname eq '${tag}'`;
  return `tagname eq '${tag.slice(0, cut)}' and tagvalue eq '${tag.slice(cut + 1)}'`;
}

function presentListed(body: JsonObject): JsonObject {
  return {
    changedTime: pythonTime(body['changedTime'] ?? null),
    createdTime: pythonTime(body['createdTime'] ?? null),
    provisioningState: body['provisioningState'] ?? null,
    ...presentResource(body),
  };
}
