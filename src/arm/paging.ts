import { refusals } from './errors.ts';

const pageLimits = { defaultItems: 1000, mostItems: 1000 } as const;

/** One page of items and the absolute link to the next one, if any. Understands `$top` and `$skiptoken`. */
export function page<T extends { readonly id: string }>(
  all: readonly T[],
  at: { readonly query: URLSearchParams; readonly url: string },
): { readonly items: readonly T[]; readonly nextLink: string | undefined } {
  const token = at.query.get('$skiptoken');
  const start = token === null ? 0 : readToken(token, all);
  const size = pageSize(at.query.get('$top'));
  const items = all.slice(start, start + size);
  const last = items.at(-1);
  if (start + size >= all.length || last === undefined) return { items, nextLink: undefined };
  return { items, nextLink: linkTo(at.url, last.id) };
}

function pageSize(top: string | null): number {
  if (top === null) return pageLimits.defaultItems;
  const wanted = Number(top);
  if (!Number.isInteger(wanted) || wanted < 1) {
    throw refusals.invalidFilter(`The value '${top}' of $top is invalid; a whole number above 0 is needed.`);
  }
  return Math.min(wanted, pageLimits.mostItems);
}

/** The place after the item that the token names; when that one has gone, after all that sort before it. */
function readToken(token: string, all: readonly { readonly id: string }[]): number {
  const id = Buffer.from(token, 'base64url').toString('utf8');
  if (!id.startsWith('/'))
    throw refusals.invalidFilter('The $skiptoken is invalid; use nextLink as it was answered.');
  const at = all.findIndex((item) => item.id.toLowerCase() === id.toLowerCase());
  if (at >= 0) return at + 1;
  const after = all.findIndex((item) => item.id.toLowerCase() > id.toLowerCase());
  return after >= 0 ? after : all.length;
}

function linkTo(url: string, lastId: string): string {
  const [path = '', rawQuery = ''] = url.split('?', 2);
  const kept = rawQuery.split('&').filter((part) => !/^(\$|%24)skiptoken=/i.test(part) && part !== '');
  const token = Buffer.from(lastId, 'utf8').toString('base64url');
  return `${path}?${[...kept, `$skiptoken=${token}`].join('&')}`;
}
