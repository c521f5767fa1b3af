/** The `$filter` of `--tag key[=value]`. */
export function tagFilter(tag: string | undefined): string | undefined {
  if (tag === undefined || tag === '') return undefined;
  const cut = tag.indexOf('=');
  if (cut < 0) return `tagname eq '${tag}'`;
  return `tagname eq '${tag.slice(0, cut)}' and tagvalue eq '${tag.slice(cut + 1)}'`;
}
