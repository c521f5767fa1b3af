import { existsSync, readFileSync } from 'node:fs';
import { errorMessage, isObject, type Json, type JsonObject, parseJson } from '../../../base/index.ts';
import type { AzContext } from '../context.ts';
import { AzError } from '../errors.ts';
import { expandHome } from '../parse/files.ts';

/** A JSON object as text, or the path of a file with one. Throws AzError with `refusal` for other JSON. */
export function readDescription(
  typed: string,
  context: Pick<AzContext, 'cwd' | 'homeDirectory'>,
  refusal: string,
): JsonObject {
  const path = expandHome(typed, context);
  const text = existsSync(path) ? readFileSync(path, 'utf8').replace(/^\uFEFF/, '') : typed;
  const value = readJson(text);
  if (!isObject(value)) throw new AzError(refusal);
  return value;
}

function readJson(text: string): Json {
  try {
    return parseJson(text);
  } catch (thrown) {
    throw new AzError(`Failed to parse string as JSON:\n${text}\nError detail: ${errorMessage(thrown)}`, {
      advice: [
        'The provided JSON string may have been parsed by the shell. See https://learn.microsoft.com/cli/azure/use-azure-cli-successfully-quoting#json-strings',
      ],
    });
  }
}
