import { isObject, type Json } from '../../../../base/index.ts';
import { defineCommand } from '../../declaration.ts';
import { boolean, integer, list, required, text } from '../../declare/flags.ts';
import { AzError } from '../../errors.ts';
import { jsonObject } from '../../http/arm-call.ts';

/** What the service takes in one request; more is cut off with a warning, as the extension does. */
const scopeLimits = { subscriptions: 1_000, managementGroups: 10 } as const;

/** `az graph query` (of the extension resource-graph). */
export const command = defineCommand({
  words: 'graph query',
  summary: 'Query the resources managed by Azure Resource Manager.',
  flags: {
    query: required('--graph-query --q -q', 'Resource Graph query to execute.'),
    first: integer('--first', 'The maximum number of objects to return. Accepted range: 1-1000.'),
    skip: integer('--skip', 'Ignores the first N objects and then gets the remaining objects.'),
    skipToken: text('--skip-token', 'Skip token to get the next page of the query if applicable.'),
    subscriptions: list(
      '--subscriptions -s',
      'List of subscriptions to run query against. By default all accessible subscriptions are queried.',
    ),
    managementGroups: list('--management-groups -m', 'List of management groups to run query against.'),
    allowPartialScopes: boolean(
      '--allow-partial-scopes -a',
      'Indicates if query should succeed when only partial number of subscription underneath can be processed by server.',
    ),
  },
  reads: true,
  examples: [
    {
      text: 'List the fleets that you may see.',
      command: `az graph query -q "resources | where type =~ 'microsoft.containerservice/fleets' | project name, location"`,
    },
    { text: 'Count resources by type.', command: 'az graph query -q "summarize count() by type"' },
  ],
  async run({ flags, session, warn }) {
    const managementGroups = withinLimit(flags.managementGroups, 'management groups', warn);
    const known = session.profile.subscriptions.map(({ id }) => id);
    const subscriptions = managementGroups
      ? undefined
      : withinLimit(flags.subscriptions ?? known, 'subscriptions', warn);
    const answer = await session.arm.send({
      method: 'POST',
      path: '/providers/Microsoft.ResourceGraph/resources',
      apiVersion: '2022-10-01',
      accept: [200, 400],
      body: {
        query: flags.query,
        subscriptions,
        managementGroups,
        options: {
          $top: flags.first,
          $skip: flags.skip,
          $skipToken: flags.skipToken,
          resultFormat: 'objectArray',
          allowPartialScopes: flags.allowPartialScopes ?? false,
        },
      },
    });
    const body = jsonObject(answer);
    if (answer.status === 400) throw new AzError(JSON.stringify(sorted(body['error'] ?? body), undefined, 4));
    return {
      count: body['count'],
      data: body['data'],
      skip_token: body['$skipToken'] ?? null,
      total_records: body['totalRecords'],
    };
  },
});

function withinLimit(
  ids: readonly string[] | undefined,
  what: 'subscriptions' | 'management groups',
  warn: (message: string) => void,
): string[] | undefined {
  if (!ids) return undefined;
  const most = what === 'subscriptions' ? scopeLimits.subscriptions : scopeLimits.managementGroups;
  if (ids.length > most) {
    warn(
      `The query included more ${what} than allowed. Only the first ${most} ${what} were included for the results. To use more than ${most} ${what}, see the docs for examples: https://aka.ms/arg-error-toomanysubs`,
    );
  }
  return ids.slice(0, most);
}

/** Names in order, lists and objects last, what is empty left out: as the extension prints an error. */
function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const rank = (one: Json | undefined) => (Array.isArray(one) ? 1 : isObject(one) ? 2 : 0);
  const entries = Object.entries(value)
    .filter(
      ([, one]) =>
        one !== null && one !== undefined && !(typeof one === 'object' && Object.keys(one).length === 0),
    )
    .sort(([a, x], [b, y]) => rank(x) - rank(y) || (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, one]) => [name, sorted(one ?? null)]));
}
