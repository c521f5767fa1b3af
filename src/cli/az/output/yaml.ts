import { stringify } from 'yaml';
import { sortKeys } from './json.ts';

/**
 * Block-style YAML 1.1 with sorted keys, sequences not indented, `null` spelled out. A bare plain scalar ends with the
 * document's end mark.
 */
export function formatYaml(value: unknown): string {
  const text = stringify(sortKeys(value), {
    version: '1.1',
    indentSeq: false,
    singleQuote: true,
    lineWidth: 80,
    aliasDuplicateObjects: false,
  });
  const plain = (typeof value !== 'object' || value === null) && !/^['"|>]/.test(text);
  return plain ? `${text}...\n` : text;
}
