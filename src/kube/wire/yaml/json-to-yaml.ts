import { dump } from 'js-yaml';
import type { Json } from '../../../base/index.ts';

/** A JSON value as YAML that readers of 1.1 and 1.2 take for the same: what looks like a date or a boolean is quoted. */
export function jsonToYaml(value: Json): string {
  return dump(value, {
    noRefs: true,
    sortKeys: true,
    seqNoIndent: true,
    lineWidth: -1,
    quoteStyle: 'double',
    skipInvalid: true,
  });
}
