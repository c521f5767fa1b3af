import { refusals } from '../errors.ts';
import { fullType } from '../registry.ts';
import type { Exchange } from './exchange.ts';

const paging: readonly string[] = ['$top', '$skiptoken'];

/** Throws for an OData option that the list asked for would not honour: an answer to another question is worse than none. */
export function refuseOptions(exchange: Exchange): void {
  const { target, query, request } = exchange;
  const route = target.route?.route;
  if (route ? request.method !== 'GET' : target.intent !== 'list') return;
  if (route?.options === 'any') return;
  const honoured = route
    ? (route.options ?? [])
    : [...paging, ...(exchange.type.list ? ['$filter'] : []), ...(exchange.type.listOptions ?? [])];
  for (const [name, value] of query) {
    if (!name.startsWith('$') || honoured.includes(name) || value === '') continue;
    const what = route ? request.path : fullType(exchange.type);
    throw name === '$filter' ? refusals.unsupportedFilter(what) : refusals.unsupportedOption(name, what);
  }
}
