import { isObject, type Json, type JsonObject } from '../base/index.ts';
import { dependenciesOf } from './dependencies.ts';
import { invalidTemplate, NotYetKnown, TemplateError } from './errors.ts';
import { copyCount, evaluateJson } from './evaluate.ts';
import type { CopyTurn, Frame, Runtime } from './frame.ts';
import { templateLimits } from './limits.ts';
import { nestedBody } from './nested.ts';
import type { Drafted, PlannedResource } from './planned.ts';
import { idOf } from './resource-ids.ts';
import type { Template } from './template.ts';
import { put } from './values.ts';

/** All resources in the order of the template. Throws TemplateError; ids, names and conditions must be known by now. */
export function planOf(template: Template): PlannedResource[] {
  const found: Drafted[] = [];
  for (const [symbol, source] of declared(template)) expand(template, { symbol, source, parents: [] }, found);
  const keys = new Map<string, Drafted>();
  for (const one of found) {
    const before = keys.get(one.key.toLowerCase());
    if (before?.condition && one.condition && !one.isExisting) throw repeated(one.id);
    if (!before?.condition) keys.set(one.key.toLowerCase(), one);
  }
  const kept = [...keys.values()];
  const planned = kept.map((one) => ({ ...one, dependsOn: dependenciesOf(one, kept, template) }));
  refuseCircles(planned);
  return planned;
}

function declared(template: Template): [string | undefined, Json][] {
  const { resources } = template.source;
  if (Array.isArray(resources)) return resources.map((resource) => [undefined, resource]);
  if (!isObject(resources)) return [];
  if (!template.isSymbolic) {
    throw invalidTemplate(
      "The template's 'resources' must be an array, unless its 'languageVersion' is '2.0'",
    );
  }
  return Object.entries(resources).map(([name, resource]) => [name, resource ?? null]);
}

interface Declared {
  readonly symbol: string | undefined;
  readonly source: Json;
  /** Types and names of the resources that it is written within. */
  readonly parents: readonly { readonly type: string; readonly name: string }[];
}

function expand(template: Template, given: Declared, found: Drafted[]): void {
  const { source } = given;
  if (!isObject(source)) throw invalidTemplate('The template resource must be an object');
  const frame = template.frame('resource');
  const { copy } = source;
  if (!isObject(copy)) {
    draft(template, given, { frame, copy: undefined, batchSize: undefined, found });
    return;
  }
  const name = String(copy['name'] ?? given.symbol ?? '');
  if (name === '') throw invalidTemplate('A copy loop of a resource needs a name');
  const isSerial = String(copy['mode'] ?? 'Parallel').toLowerCase() === 'serial';
  const count = located(source, () => copyCount(copy['count'] ?? 0, frame, name));
  const batchSize = isSerial ? Math.max(1, Number(evaluateJson(copy['batchSize'] ?? 1, frame))) : undefined;
  for (let index = 0; index < count; index++) {
    const turn = { name, index };
    draft(template, given, { frame: { ...frame, copies: [turn] }, copy: turn, batchSize, found });
  }
}

interface Drafting {
  readonly frame: Frame;
  readonly copy: CopyTurn | undefined;
  readonly batchSize: number | undefined;
  readonly found: Drafted[];
}

function draft(template: Template, { symbol, source, parents }: Declared, about: Drafting): void {
  const { frame, copy, batchSize, found } = about;
  if (!isObject(source)) return;
  if (found.length >= templateLimits.resources) {
    throw invalidTemplate(
      `The number of template resources limit exceeded. Limit: '${templateLimits.resources}' and actual: '${found.length + 1}'. ` +
        'Please see https://aka.ms/arm-syntax-resources for usage details.',
    );
  }
  const read = (member: string, fallback: Json) =>
    located(source, () =>
      evaluateJson(source[member] === undefined ? fallback : (source[member] ?? null), frame),
    );
  const outer = parents.at(-1);
  const ownType = textMember(source, 'type', read('type', ''));
  const type = outer && !isWhole(ownType) ? `${outer.type}/${ownType}` : ownType;
  const ownName = textMember(source, 'name', read('name', ''));
  const name = outer && type !== ownType ? `${outer.name}/${ownName}` : ownName;
  const condition = read('condition', true);
  if (typeof condition !== 'boolean')
    throw at(source, `the condition of the resource '${name}' must be a boolean`);
  refuseSegments(type, name);
  const id = located(source, () => idOf({ type, name, source, read }, template.scope));
  const index = copy ? `[${copy.index}]` : '';
  found.push({
    key: symbol === undefined || parents.length > 0 ? id.toLowerCase() : symbol + index,
    id,
    name,
    type,
    apiVersion: textMember(source, 'apiVersion', read('apiVersion', '')),
    isExisting: source['existing'] === true,
    condition,
    copy,
    batchSize,
    source,
  });
  const inner = source['resources'];
  if (!Array.isArray(inner) || !condition) return;
  for (const child of inner) {
    if (isObject(child) && isObject(child['copy']))
      throw at(source, 'a resource within another one cannot have a copy loop');
    const placed = isObject(child) && copy ? { ...child } : child;
    draft(template, { symbol, source: placed, parents: [...parents, { type, name }] }, { ...about, frame });
  }
}

/** A type with its namespace. */
function isWhole(type: string): boolean {
  const [first = '', ...rest] = type.split('/');
  return first.includes('.') && rest.length > 0;
}

function textMember(source: JsonObject, member: string, value: Json): string {
  if (typeof value === 'string' && value !== '') return value;
  throw at(source, `the resource has no '${member}'`);
}

/** A refusal with the name of the resource that it is about. */
function at(source: JsonObject, why: string): TemplateError {
  return invalidTemplate(
    `The template resource '${String(source['name'] ?? '')}' at line '1' and column '1' is not valid: ${why}. Please see https://aka.ms/arm-functions for usage details.`,
  );
}

/** What `work` refuses, said of the resource. */
function located<T>(source: JsonObject, work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    if (
      !(thrown instanceof TemplateError) ||
      thrown.message.startsWith('Deployment template validation failed')
    )
      throw thrown;
    throw at(
      source,
      thrown.message.replace(/\. Please see https:\S+ for usage details\.$/, '').replace(/\.$/, ''),
    );
  }
}

function refuseSegments(type: string, name: string): void {
  if (type.split('/').length === name.split('/').length + 1 && !name.split('/').includes('')) return;
  throw invalidTemplate(
    `The template resource '${name}' for type '${type}' at line '1' and column '1' has incorrect segment lengths. A nested resource type must have ` +
      'identical number of segments as its resource name. A root resource type must have segment length one greater than its resource name. ' +
      'Please see https://aka.ms/arm-syntax-resources for usage details.',
  );
}

function repeated(id: string): TemplateError {
  return invalidTemplate(
    `The resource '${id}' at line '1' and column '1' is defined multiple times in a template. Please see https://aka.ms/arm-syntax-resources for usage details.`,
  );
}

function refuseCircles(planned: readonly PlannedResource[]): void {
  const byKey = new Map(planned.map((one) => [one.key, one]));
  const waiting = new Map(planned.map((one) => [one.key, one.dependsOn.length]));
  const followers = new Map<string, string[]>();
  for (const { key, dependsOn } of planned) {
    for (const other of dependsOn) {
      const known = followers.get(other);
      if (known) known.push(key);
      else followers.set(other, [key]);
    }
  }
  const free = planned.filter((one) => one.dependsOn.length === 0).map((one) => one.key);
  for (let at = 0; at < free.length; at++) {
    for (const key of followers.get(free[at] ?? '') ?? []) {
      const left = (waiting.get(key) ?? 0) - 1;
      waiting.set(key, left);
      if (left === 0) free.push(key);
    }
  }
  if (free.length === planned.length) return;
  const stuck = [...waiting].find(([, left]) => left > 0)?.[0] ?? '';
  throw invalidTemplate(
    `Circular dependency detected on resource: '${byKey.get(stuck)?.id ?? stuck}'. Please see https://aka.ms/arm-syntax-resources for usage details.`,
  );
}

/** Members of a resource in a template that are not its body. */
const notBody: ReadonlySet<string> = new Set(
  'type apiversion name condition copy dependson scope subscriptionid resourcegroup existing resources comments metadata asserts @options import extension'.split(
    ' ',
  ),
);

/** The body that a resource is PUT with. Throws NotYetKnown while it rests on what is not there yet. */
export function bodyOf(planned: PlannedResource, template: Template, runtime?: Runtime): JsonObject {
  const base = template.frame('body', runtime);
  const frame = planned.copy ? { ...base, copies: [planned.copy] } : base;
  const members = Object.entries(planned.source).filter(([name]) => !notBody.has(name.toLowerCase()));
  try {
    if (/^microsoft\.resources\/deployments$/i.test(planned.type))
      return nestedBody(Object.fromEntries(members), frame);
    const body: JsonObject = {};
    for (const [name, value] of members) if (value !== undefined) put(body, name, evaluateJson(value, frame));
    return body;
  } catch (thrown) {
    if (!(thrown instanceof TemplateError) || thrown instanceof NotYetKnown) throw thrown;
    throw new TemplateError(
      `Unable to process template language expressions for resource '${planned.id}' at line '1' and column '1'. '${thrown.message}'`,
      thrown.code === 'InvalidTemplate' ? 'InvalidTemplate' : thrown.code,
    );
  }
}
