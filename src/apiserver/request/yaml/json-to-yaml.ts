import { DUMP_SCHEMA, dump, intCoreTag } from 'js-yaml';
import type { Json } from '../../../base/index.ts';

/** Integers beyond a double are bigints here; they are written as any other. */
const schema = DUMP_SCHEMA.withTags(
  ...DUMP_SCHEMA.tags.map((tag) =>
    tag.tagName === intCoreTag.tagName && tag.nodeKind === 'scalar'
      ? {
          ...tag,
          identify: (data: unknown) => typeof data === 'bigint' || tag.identify(data),
          represent: String,
        }
      : tag,
  ),
);

/** A JSON value as YAML that readers of 1.1 and 1.2 take for the same: what looks like a date or a boolean is quoted. */
export function jsonToYaml(value: Json): string {
  return dump(value, {
    schema,
    noRefs: true,
    sortKeys: true,
    seqNoIndent: true,
    lineWidth: -1,
    quoteStyle: 'double',
    skipInvalid: true,
  });
}
