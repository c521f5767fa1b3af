import { stringify } from 'yaml';
import { sortKeys } from './json.ts';

/** Block-style YAML with sorted keys, sequences not indented, `null` spelled out. */
export function formatYaml(value: unknown): string {
  return stringify(sortKeys(value), {
    indentSeq: false,
    singleQuote: true,
    lineWidth: 80,
    aliasDuplicateObjects: false,
  });
}
