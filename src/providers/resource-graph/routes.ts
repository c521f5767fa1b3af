import { ArmError, type ArmRoute, type Caller, type RouteAnswer, type RouteCall } from '../../arm/index.ts';
import { answerBody, refusedQuery } from './answer.ts';
import { Budget } from './query/budget.ts';
import type { Row } from './query/columns.ts';
import { queryLimits } from './query/limits.ts';
import { planQuery } from './query/plan.ts';
import { QueryRefusal, tooMuch } from './query/refusal.ts';
import { readRequest } from './request.ts';
import { queriedScopes } from './scopes.ts';
import { columnsOf, rowOf, standsIn } from './tables.ts';

const path = '/providers/Microsoft.ResourceGraph';
const versions = [
  ...['2024-04-01', '2022-10-01', '2021-03-01', '2021-06-01-preview', '2020-09-01-preview'],
  ...['2020-04-01-preview', '2019-04-01', '2018-09-01-preview'],
];

/**
 * Azure Resource Graph: queries over what the caller may read.
 * Source: https://learn.microsoft.com/rest/api/azureresourcegraph/resourcegraph/resources/resources
 */
export const resourceGraphRoutes: readonly ArmRoute[] = [
  { method: 'POST', path: `${path}/resources`, apiVersions: versions, handle: answerQuery },
  {
    method: 'POST',
    path: `${path}/resourcesHistory`,
    apiVersions: [],
    ignoresBody: true,
    handle: () => {
      throw new ArmError(501, 'NotImplemented', 'The history of Resource Graph is not built in Drydock yet.');
    },
  },
  {
    method: 'GET',
    path: `${path}/operations`,
    apiVersions: [],
    handle: () => ({ status: 200, body: { value: [operation] } }),
  },
];

const operation = {
  name: 'Microsoft.ResourceGraph/resources/read',
  display: {
    provider: 'Microsoft Resource Graph',
    resource: 'Resources',
    operation: 'Query resources',
    description:
      'Submits a query on resources within specified subscriptions, management groups or tenant scope',
  },
};

async function answerQuery(call: RouteCall): Promise<RouteAnswer> {
  const { context, correlationId, caller } = call;
  if (!caller) throw new TypeError('this route is not anonymous');
  const nowMs = context.clock.now();
  const request = readRequest(call.body, call.apiVersion);
  try {
    const scopes = await queriedScopes(call, caller, request);
    const plan = planQuery(request.query, columnsOf, nowMs);
    const budget = new Budget(nowMs);
    const rows = await plan.run({ budget, rows: rowsSeen(call, { caller, scopes, budget }) });
    const bytes = await answerBody(request, { columns: plan.columns, rows }, { budget, correlationId });
    return { status: 200, bytes: [bytes] };
  } catch (thrown) {
    if (thrown instanceof QueryRefusal) throw refusedQuery(thrown, correlationId, new Date(nowMs));
    throw thrown;
  }
}

/** Rows of each table, made once for a query. */
function rowsSeen(
  { inventory, origin, context }: RouteCall,
  {
    caller,
    scopes,
    budget,
  }: { readonly caller: Caller; readonly scopes: readonly string[]; readonly budget: Budget },
): (table: string) => Promise<readonly Row[]> {
  const known = new Map<string, Promise<readonly Row[]>>();
  const make = async (table: string): Promise<readonly Row[]> => {
    const records = await inventory.readable(caller, { scopes, wants: standsIn(table) });
    if (records.length > queryLimits.rows) throw tooMuch(`a table has at most ${queryLimits.rows} rows`);
    const rows: Row[] = [];
    for (const record of records) {
      rows.push(rowOf(record, await inventory.shown(record, origin), context.tenantId));
      budget.spend(1);
      if (rows.length % 500 === 0) await budget.breathe();
    }
    return rows;
  };
  return (table) => {
    const rows = known.get(table) ?? make(table);
    known.set(table, rows);
    return rows;
  };
}
