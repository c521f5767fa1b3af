import { compileFilter, type ListCall, type ResourceRecord } from '../../../arm/index.ts';

/** Groups in the order of their names, narrowed by `$filter` on tags and names. */
export function listGroups({ records, query }: ListCall): readonly ResourceRecord[] {
  const matches = compileFilter(query.get('$filter'));
  return records.filter(matches);
}
