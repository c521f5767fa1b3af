import { existsSync, readFileSync, statSync } from 'node:fs';
import { CORE_SCHEMA, dump, load } from 'js-yaml';
import { errorMessage, isObject, type Json, type JsonObject } from '../../../base/index.ts';
import { writePrivately } from '../../private-file.ts';
import { AzError } from '../errors.ts';

export interface MergeOptions {
  /** The kubeconfig to add, as YAML. */
  readonly addition: string;
  /** Absolute path of the file to change. */
  readonly file: string;
  /** New name of the first context and its cluster. */
  readonly context?: string | undefined;
  /** Take the new entry where another one of the same name stands. */
  readonly overwrite: boolean;
  /** Only the first entry of each section is taken over (the manner of the Arc proxy). */
  readonly firstEntriesOnly?: boolean;
  /** Asks whether to overwrite; undefined when nobody can be asked. */
  ask(question: string): Promise<boolean | undefined>;
  warn(message: string): void;
}

const sections = ['clusters', 'users', 'contexts'] as const;
const ownerOnly = 0o600;

/** Merges a kubeconfig into a file by az's rules and resolves with the context that is current now. A file that cannot be read as a kubeconfig stays as it is. */
export async function mergeKubeconfig(options: MergeOptions): Promise<string> {
  const { file } = options;
  const addition = readKubeconfig(options.addition, 'the new kubeconfig');
  if (!addition) throw new AzError('failed to load additional configuration from the service');
  renameContext(addition, options.context);
  markAdministrator(addition);
  const existing = existsSync(file) ? readKubeconfig(textOf(file), file) : undefined;
  const merged = existing ? await mergeSections(existing, addition, options) : addition;
  writeKubeconfig(file, merged, options.warn);
  return String(merged['current-context'] ?? '');
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (thrown) {
    throw new AzError(`${file} cannot be read: ${errorMessage(thrown)}`);
  }
}

/** The YAML of a kubeconfig; undefined when it is empty. Throws AzError with `name` when it is something else. */
export function readKubeconfig(text: string, name: string): JsonObject | undefined {
  // Nothing but comments is no document for the reader, and an empty file for people.
  if (text.split('\n').every((line) => /^\s*(?:#|$)/.test(line))) return undefined;
  let value: unknown;
  try {
    value = load(text, { schema: CORE_SCHEMA });
  } catch (thrown) {
    throw new AzError(`Error parsing ${name} (${errorMessage(thrown)})`);
  }
  if (value === null || value === undefined) return undefined;
  if (!isObject(value)) throw new AzError(`Error parsing ${name} (it is no kubeconfig)`);
  return value;
}

function firstOf(config: JsonObject, section: string): JsonObject | undefined {
  const list = config[section];
  const first = Array.isArray(list) ? list[0] : undefined;
  return isObject(first) ? first : undefined;
}

function renameContext(addition: JsonObject, name: string | undefined): void {
  if (name === undefined) return;
  const context = firstOf(addition, 'contexts');
  const cluster = firstOf(addition, 'clusters');
  if (context) {
    context['name'] = name;
    if (isObject(context['context'])) context['context']['cluster'] = name;
  }
  if (cluster) cluster['name'] = name;
  addition['current-context'] = name;
}

/** The context of a cluster administrator is named apart from the user's. */
function markAdministrator(addition: JsonObject): void {
  const contexts = Array.isArray(addition['contexts']) ? addition['contexts'] : [];
  for (const context of contexts) {
    if (!isObject(context) || !isObject(context['context'])) continue;
    if (!String(context['context']['user'] ?? '').startsWith('clusterAdmin')) continue;
    context['name'] = `${context['name']}-admin`;
    addition['current-context'] = context['name'];
    return;
  }
}

async function mergeSections(
  existing: JsonObject,
  addition: JsonObject,
  options: MergeOptions,
): Promise<JsonObject> {
  const merged = structuredClone(existing);
  for (const section of sections) {
    const all = addition[section];
    const added = (Array.isArray(all) ? all : []).slice(0, options.firstEntriesOnly ? 1 : undefined);
    if (!(section in merged)) {
      throw new AzError(
        `No such key '${section}' in existing config, please confirm whether it is a valid config file. Consider backing up the existing config file, delete it, and retry the command.`,
      );
    }
    const list = merged[section];
    let kept: Json[] = Array.isArray(list) ? list : [];
    for (const entry of added) {
      if (!isObject(entry)) continue;
      kept = await withoutNamesake(kept, entry, { section, options });
      kept.push(entry);
    }
    merged[section] = kept;
  }
  if ('current-context' in addition) merged['current-context'] = addition['current-context'];
  return merged;
}

interface Conflict {
  readonly section: string;
  readonly options: MergeOptions;
}

async function withoutNamesake(
  list: Json[],
  entry: JsonObject,
  { section, options }: Conflict,
): Promise<Json[]> {
  const { name } = entry;
  const namesake = list.find((one) => isObject(one) && one['name'] === name);
  if (!namesake || !name) return list;
  const same = JSON.stringify(sorted(namesake)) === JSON.stringify(sorted(entry));
  if (!options.overwrite && !same) {
    const question = `A different object named ${name} already exists in your kubeconfig file.\nOverwrite?`;
    if (!(await options.ask(question))) {
      throw new AzError(
        `A different object named ${name} already exists in ${section} in your kubeconfig file.`,
      );
    }
  }
  return list.filter((one) => one !== namesake);
}

function sorted(value: Json | undefined): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}

/** YAML in az's manner: keys sorted, sequences not indented. */
export function kubeconfigText(config: JsonObject): string {
  return dump(sorted(config), { seqNoIndent: true, lineWidth: -1, noRefs: true, quoteStyle: 'double' });
}

/** The file holds a key: whoever could read it until now, afterwards only its owner can. */
function writeKubeconfig(file: string, config: JsonObject, warn: (message: string) => void): void {
  const before = process.platform !== 'win32' && existsSync(file) ? statSync(file) : undefined;
  try {
    writePrivately(file, kubeconfigText(config));
  } catch (thrown) {
    throw new AzError(`The kubeconfig '${file}' cannot be written: ${errorMessage(thrown)}`);
  }
  const mode = (before?.isFile() ? before.mode & 0o777 : ownerOnly).toString(8);
  if (mode === ownerOnly.toString(8)) return;
  warn(`${file} had permissions "${mode}".\nIt is readable and writable only by its owner now.`);
}
