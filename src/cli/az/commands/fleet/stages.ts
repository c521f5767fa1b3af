import { readFileSync } from 'node:fs';
import { isObject, type Json, type JsonObject, parseJson } from '../../../../base/index.ts';
import type { AzContext } from '../../context.ts';
import { AzError } from '../../errors.ts';
import { errorCodeOf, expandHome } from '../../parse/files.ts';

/** `strategy` of a body from `--stages`: a file of JSON, or the JSON itself. */
export function strategyOf(stages: string, context: AzContext): JsonObject {
  const given = readStages(stages, context);
  const listed = isObject(given) ? given['stages'] : undefined;
  if (!Array.isArray(listed)) throw new AzError(`--stages: a JSON object with a list 'stages' is needed.`);
  return { stages: listed.map(stageOf) };
}

function readStages(stages: string, context: AzContext): Json {
  const text = fileText(stages, context) ?? stages;
  try {
    return parseJson(text);
  } catch {
    const isJson = text.trimStart().startsWith('{');
    throw new AzError(
      isJson || text !== stages
        ? '--stages: this is not valid JSON.'
        : `--stages: '${stages}' is neither a file nor JSON.`,
    );
  }
}

function fileText(path: string, context: AzContext): string | undefined {
  if (path.trimStart().startsWith('{')) return undefined;
  try {
    return readFileSync(expandHome(path, context), 'utf8').replace(/^\uFEFF/, '');
  } catch (thrown) {
    if (errorCodeOf(thrown) === 'ENOENT') return undefined;
    throw new AzError(`The file '${path}' could not be read: ${String(thrown)}`);
  }
}

function stageOf(stage: Json): JsonObject {
  const given = named(stage, 'stage');
  const groups = given['groups'];
  if (groups === undefined && given['memberSelector'] === undefined) {
    throw new AzError(
      `--stages: the stage '${String(given['name'])}' has neither groups nor a memberSelector.`,
    );
  }
  return {
    ...stepOf(given),
    ...(groups === undefined
      ? {}
      : { groups: listOf(groups, 'groups').map((one) => stepOf(named(one, 'group'))) }),
    afterStageWaitInSeconds: given['afterStageWaitInSeconds'] ?? 0,
  };
}

/** What stages and groups have alike, in the order in which az sends it. */
function stepOf(given: JsonObject): JsonObject {
  const { name, maxConcurrency, maxAllowedFailures, memberSelector } = given;
  return {
    name,
    ...(maxConcurrency === undefined ? {} : { maxConcurrency }),
    ...(maxAllowedFailures === undefined ? {} : { maxAllowedFailures }),
    ...(memberSelector === undefined ? {} : { memberSelector }),
    beforeGates: gatesOf(given['beforeGates']),
    afterGates: gatesOf(given['afterGates']),
  };
}

function gatesOf(gates: Json | undefined): JsonObject[] {
  return listOf(gates ?? [], 'gates').map((one) => {
    if (!isObject(one)) throw new AzError('--stages: a gate must be an object.');
    const { displayName, type, scheduledStartConfiguration } = one;
    return {
      ...(displayName === undefined ? {} : { displayName }),
      type,
      ...(scheduledStartConfiguration === undefined ? {} : { scheduledStartConfiguration }),
    };
  });
}

function named(step: Json, what: string): JsonObject {
  if (!isObject(step) || step['name'] === undefined) {
    throw new AzError(`--stages: every ${what} needs a 'name'.`);
  }
  return step;
}

function listOf(value: Json, what: string): Json[] {
  if (!Array.isArray(value)) throw new AzError(`--stages: '${what}' must be a list.`);
  return value;
}
