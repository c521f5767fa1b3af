import { readFileSync } from 'node:fs';

/**
 * Texts for `kubectl explain` and the OpenAPI documents, made by `tools/generate-descriptions.ts` when the package is installed or
 * built. The file is not in the repository; without it every text is empty and all else works.
 */
interface Descriptions {
  /** By type name (`core.v1.Pod`), then by field; the type's own text stands under ''. */
  readonly types: Texts;
  /** By what is done (`list`, `patch`) or the kind of options, then by parameter. */
  readonly parameters: Texts;
}

type Texts = Readonly<Record<string, Readonly<Record<string, string>>>>;

let loaded: Descriptions | undefined;

/** What the type is for; '' when the texts are not there. */
export function typeDescription(type: string): string {
  return load().types[type]?.[''] ?? '';
}

/** What the field is for; '' when the texts are not there. */
export function fieldDescription(type: string, field: string): string {
  return load().types[type]?.[field] ?? '';
}

/** What a parameter of an operation is for; '' when the texts are not there. */
export function parameterDescription(operation: string, parameter: string): string {
  return load().parameters[operation]?.[parameter] ?? '';
}

function load(): Descriptions {
  loaded ??= read();
  return loaded;
}

function read(): Descriptions {
  try {
    // Written by our own tool: the shape is known. One that an earlier version wrote holds nothing of it.
    const { types = {}, parameters = {} } = JSON.parse(
      readFileSync(new URL('data/descriptions.generated', import.meta.url), 'utf8'),
    ) as Partial<Descriptions>;
    return { types, parameters };
  } catch {
    return { types: {}, parameters: {} };
  }
}
