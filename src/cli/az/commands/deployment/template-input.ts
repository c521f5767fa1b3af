import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import {
  errorMessage,
  isObject,
  type Json,
  type JsonObject,
  parseRelaxedJson,
} from '../../../../base/index.ts';
import type { AzContext } from '../../context.ts';
import type { Flag } from '../../declaration.ts';
import { list, text, toggle } from '../../declare/flags.ts';
import { AzError } from '../../errors.ts';
import { errorCodeOf, expandHome } from '../../parse/files.ts';

const parameters: Flag<string[] | undefined> = {
  ...list(
    '--parameters -p',
    'Values of parameters: KEY=VALUE, JSON, or the path of a JSON file (also as @file). Later ones win.',
  ),
  adds: true,
};

/** Flags that say what is deployed. */
export const templateFlags = {
  templateFile: text('--template-file -f', 'The path of a template (JSON; build Bicep files first).'),
  parameters,
  noPrompt: toggle('--no-prompt', 'Do not ask for parameters that are missing.'),
  extendedJson: toggle('--handle-extended-json-format -j', 'Comments and more are always read.'),
} as const;

export interface TemplateWords {
  readonly templateFile: string | undefined;
  readonly parameters: readonly string[] | undefined;
  readonly noPrompt: boolean;
}

/** Reads the template and its parameters. Throws AzError in az's words. */
export async function readTemplate(
  words: TemplateWords,
  context: AzContext,
): Promise<{ readonly template: JsonObject; readonly parameters: JsonObject }> {
  const { templateFile } = words;
  if (templateFile === undefined) {
    throw new AzError(
      'Please enter one of the following: template file, template spec, template url, or Bicep parameters file.',
    );
  }
  refuseBicep(templateFile);
  const template = readObject(templateFile, context);
  const declared = isObject(template['parameters']) ? template['parameters'] : {};
  const values: JsonObject = {};
  for (const word of words.parameters ?? []) takeParameters(word, { declared, values, context });
  await askForMissing(declared, values, { noPrompt: words.noPrompt, context });
  return { template, parameters: values };
}

/** The name of a deployment that was given none: that of its template's file. */
export function deploymentName(typed: string | undefined, templateFile: string | undefined): string {
  if (typed !== undefined) return typed;
  const base = basename(templateFile ?? '').replace(/\.[^.]*$/, '');
  return base === '' ? 'deployment1' : base;
}

function refuseBicep(path: string): void {
  if (/\.bicep$/i.test(path)) {
    const built = path.replace(/\.bicep$/i, '.json');
    throw new AzError(
      `Bicep files cannot be compiled here. Run 'bicep build ${path}' and pass '--template-file ${built}'.`,
    );
  }
  if (!/\.bicepparam$/i.test(path)) return;
  throw new AzError(
    `Bicep files cannot be compiled here. Run 'bicep build-params ${path}' and pass its JSON.`,
  );
}

function readObject(path: string, context: AzContext): JsonObject {
  let content: string;
  try {
    content = readFileSync(expandHome(path, context), 'utf8').replace(/^\uFEFF/, '');
  } catch (thrown) {
    if (errorCodeOf(thrown) === 'ENOENT') throw new AzError(`[Errno 2] No such file or directory: '${path}'`);
    throw new AzError(`The file '${path}' could not be read: ${errorMessage(thrown)}`);
  }
  return parseObject(content, path);
}

function parseObject(content: string, what: string): JsonObject {
  let value: Json;
  try {
    value = parseRelaxedJson(content);
  } catch (thrown) {
    throw new AzError(`Failed to parse '${what}' with exception: ${errorMessage(thrown)}`);
  }
  if (isObject(value)) return value;
  throw new AzError(`Failed to parse '${what}': it must hold a JSON object.`);
}

interface Taking {
  readonly declared: JsonObject;
  readonly values: JsonObject;
  readonly context: AzContext;
}

function takeParameters(word: string, taking: Taking): void {
  const { values, context } = taking;
  if (/^\s*\{/.test(word)) {
    takeObject(parseObject(word, '--parameters'), values);
    return;
  }
  const pair = /^([A-Za-z_]\w*)=(.*)$/s.exec(word);
  if (pair) {
    takePair(pair[1] ?? '', pair[2] ?? '', taking);
    return;
  }
  if (/^https?:/i.test(word)) throw new AzError(`Parameters are not fetched from '${word}': pass a file.`);
  refuseBicep(word);
  takeObject(readObject(word, context), values);
}

/** A whole parameters file, or what stands in one. */
function takeObject(given: JsonObject, values: JsonObject): void {
  const inner = isObject(given['parameters']) ? given['parameters'] : given;
  for (const [name, value] of Object.entries(inner)) {
    if (value !== undefined && !name.startsWith('$')) values[name] = value;
  }
}

function takePair(name: string, word: string, { declared, values }: Taking): void {
  const definition = declared[name];
  if (!isObject(definition)) {
    const allowed = Object.keys(declared).sort().join(', ');
    throw new AzError(`unrecognized template parameter '${name}'. Allowed parameters: ${allowed}`);
  }
  values[name] = { value: typedValue(word, String(definition['type'] ?? 'object').toLowerCase(), name) };
}

function typedValue(word: string, type: string, name: string): Json {
  if (type === 'string' || type === 'securestring') return word;
  if (type === 'bool') return word.toLowerCase() === 'true';
  if (type === 'int') {
    if (/^\s*[+-]?\d+\s*$/.test(word)) return Number(word);
    throw new AzError(`invalid literal for int() with base 10: '${word}'`);
  }
  try {
    return parseRelaxedJson(word);
  } catch (thrown) {
    throw new AzError(
      `Failed to parse string as JSON:\n${word}\nError detail of '${name}': ${errorMessage(thrown)}`,
    );
  }
}

async function askForMissing(
  declared: JsonObject,
  values: JsonObject,
  { noPrompt, context }: { readonly noPrompt: boolean; readonly context: AzContext },
): Promise<void> {
  const missing = Object.entries(declared).filter(
    ([name, definition]) =>
      values[name] === undefined &&
      isObject(definition) &&
      definition['defaultValue'] === undefined &&
      definition['nullable'] !== true,
  );
  if (missing.length === 0 || noPrompt) return;
  for (const [name, definition] of missing) {
    const type = String(isObject(definition) ? (definition['type'] ?? 'object') : 'object');
    const secret = type.toLowerCase() === 'securestring';
    const answer = await context.prompt(`Please provide ${type} value for '${name}' (? for help): `, {
      secret,
    });
    if (answer === undefined) {
      throw new AzError(
        `Missing input parameters: ${missing
          .map(([one]) => one)
          .sort()
          .join(', ')}`,
      );
    }
    values[name] = { value: typedValue(answer, type.toLowerCase(), name) };
  }
}
