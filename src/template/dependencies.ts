import { isObject, type Json } from '../base/index.ts';
import { invalidTemplate, NotYetKnown, TemplateError } from './errors.ts';
import { evaluate, evaluateJson } from './evaluate.ts';
import { type Expression, isExpression, parseExpression } from './expression.ts';
import type { Frame } from './frame.ts';
import type { Drafted } from './planned.ts';
import type { Template } from './template.ts';

/** Resource groups have ids without a provider; `subscriptionResourceId` makes one with it. */
function groupAsResource(id: string): string | undefined {
  const [, subscription, name] = /^(\/subscriptions\/[^/]+)\/resourceGroups\/([^/]+)$/i.exec(id) ?? [];
  return name === undefined
    ? undefined
    : `${subscription}/providers/Microsoft.Resources/resourceGroups/${name}`;
}

/** Finds resources of a template by all that may name them. */
class Directory {
  readonly #byName = new Map<string, Drafted[]>();

  constructor(all: readonly Drafted[]) {
    for (const one of all) {
      const { key, id, name, copy, type } = one;
      const symbol = key.replace(/\[\d+\]$/, '');
      const relative = id
        .replace(/^\/subscriptions\/[^/]+(?:\/resourceGroups\/[^/]+)?/i, '')
        .replace(/^\/providers\//i, '');
      for (const word of new Set([
        key,
        id,
        name,
        symbol,
        copy?.name,
        relative,
        `${type}/${name}`,
        groupAsResource(id),
      ])) {
        if (word === undefined) continue;
        const lower = word.toLowerCase();
        const known = this.#byName.get(lower);
        if (known) known.push(one);
        else this.#byName.set(lower, [one]);
      }
    }
  }

  find(word: string): readonly Drafted[] {
    return this.#byName.get(word.toLowerCase()) ?? [];
  }
}

const directories = new WeakMap<readonly Drafted[], Directory>();

function directoryOf(all: readonly Drafted[]): Directory {
  const known = directories.get(all);
  if (known) return known;
  const made = new Directory(all);
  directories.set(all, made);
  return made;
}

/** Keys of all that has to be there before a resource: what it says, and what its body refers to. Throws TemplateError. */
export function dependenciesOf(one: Drafted, all: readonly Drafted[], template: Template): string[] {
  if (!one.condition) return [];
  const directory = directoryOf(all);
  const base = template.frame('resource');
  const frame = one.copy ? { ...base, copies: [one.copy] } : base;
  const found = new Set<Drafted>();
  for (const word of said(one, frame)) {
    const named = directory.find(word);
    if (named.length === 0) throw undefinedResource(word);
    for (const other of named) found.add(other);
  }
  const body = { ...template.frame('body'), copies: frame.copies };
  for (const word of referredTo(one.source, body)) for (const other of directory.find(word)) found.add(other);
  if (one.batchSize !== undefined && one.copy) {
    const before = (Math.floor(one.copy.index / one.batchSize) - 1) * one.batchSize;
    for (const other of directory.find(one.copy.name)) {
      const index = other.copy?.index ?? -1;
      if (other.source === one.source && index >= before && index < before + one.batchSize) found.add(other);
    }
  }
  found.delete(one);
  return [...found].filter((other) => other.condition).map((other) => other.key);
}

function undefinedResource(word: string): TemplateError {
  return invalidTemplate(
    `The resource '${word}' is not defined in the template. Please see https://aka.ms/arm-syntax for usage details.`,
  );
}

function said({ source }: Drafted, frame: Frame): string[] {
  const list = source['dependsOn'];
  if (list === undefined || list === null) return [];
  if (!Array.isArray(list))
    throw invalidTemplate("'dependsOn' must be an array of names or ids of resources");
  return list.map((item) => {
    const word = evaluateJson(item, frame);
    if (typeof word !== 'string')
      throw invalidTemplate("'dependsOn' must be an array of names or ids of resources");
    return word;
  });
}

/** What `reference` and `list*` in a body are called with, as far as it can be told before the deployment runs. */
function referredTo(value: Json, frame: Frame): string[] {
  const words: string[] = [];
  walk(value, (text) => {
    if (!/\b(?:reference|references|list\w+)\s*\(/i.test(text)) return;
    let expression: Expression;
    try {
      expression = parseExpression(text);
    } catch {
      return;
    }
    calls(expression, (target) => {
      try {
        const word = evaluate(target, frame);
        if (typeof word === 'string') words.push(word);
      } catch (thrown) {
        // What cannot be told yet orders nothing; what is wrong is refused when the body is made.
        if (!(thrown instanceof TemplateError) && !(thrown instanceof NotYetKnown)) throw thrown;
      }
    });
  });
  return words;
}

function walk(value: Json | undefined, take: (text: string) => void): void {
  if (typeof value === 'string') {
    if (isExpression(value)) take(value);
  } else if (Array.isArray(value)) for (const item of value) walk(item, take);
  else if (isObject(value)) {
    for (const [name, item] of Object.entries(value)) {
      // An inner template's expressions are its own.
      if (name.toLowerCase() === 'template' && isInner(value)) continue;
      if (name !== 'dependsOn' && name !== 'resources') walk(item, take);
      else if (name === 'resources' && !('type' in value)) walk(item, take);
    }
  }
}

function isInner(properties: { readonly [key: string]: Json | undefined }): boolean {
  const options = properties['expressionEvaluationOptions'];
  return isObject(options) && String(options['scope']).toLowerCase() === 'inner';
}

function calls(expression: Expression, take: (target: Expression) => void): void {
  switch (expression.kind) {
    case 'literal':
      return;
    case 'member':
      calls(expression.of, take);
      return;
    case 'index':
      calls(expression.of, take);
      calls(expression.index, take);
      return;
    case 'call': {
      const [target] = expression.args;
      if (target && /^(?:references?|list\w+)$/i.test(expression.name)) take(target);
      for (const arg of expression.args) calls(arg, take);
    }
  }
}
