import type { Rendering } from '../request/accept.ts';
import { byValue } from './by-value.ts';
import type { Encoding, Form } from './encoding.ts';
import type { IncludeObject } from './include-object.ts';
import { plainJsonEncoding, prettyJson, writtenJson } from './json.ts';
import { partialForm } from './partial.ts';
import { plainForm } from './plain.ts';
import { protobufOf } from './protobuf.ts';
import { tableForm, tableJson } from './table.ts';
import { yaml, yamlEvents } from './yaml.ts';

export interface Wish {
  readonly rendering: Rendering;
  /** With line breaks and blanks, which JSON alone leaves out. */
  readonly pretty: boolean;
  /** Of a Table's rows. */
  readonly includeObject: IncludeObject;
}

const made = new Map<string, Encoding>();

/** The encoding that a caller asks for: one for all who ask for the same, so that they share what it makes. */
export function encodingOf({ rendering, pretty, includeObject }: Wish): Encoding {
  const { format, as, metaVersion } = rendering;
  if (as === 'plain' && format === 'json' && !pretty) return plainJsonEncoding;
  // Few: versions and words are those that can be asked for.
  const name = `${format} ${as} ${metaVersion} ${as === 'table' && includeObject} ${format === 'json' && pretty}`;
  let encoding = made.get(name);
  if (!encoding) {
    encoding = make({ rendering, pretty, includeObject });
    made.set(name, encoding);
  }
  return encoding;
}

function make({ rendering, pretty, includeObject }: Wish): Encoding {
  const { format, as, metaVersion } = rendering;
  const form = formOf(rendering, includeObject);
  if (format === 'protobuf') return protobufOf(form);
  if (format === 'yaml') return byValue(form, yaml, yamlEvents);
  if (pretty) return byValue(form, prettyJson, encodingOf({ rendering, pretty: false, includeObject }));
  return as === 'table' ? tableJson(metaVersion, includeObject) : writtenJson(form);
}

function formOf({ as, metaVersion }: Rendering, includeObject: IncludeObject): Form {
  if (as === 'table') return tableForm(metaVersion, includeObject);
  return as === 'partial' ? partialForm(metaVersion) : plainForm;
}
