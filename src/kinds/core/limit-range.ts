import type { FieldError } from '../../apimachinery/contract.ts';
import {
  compareQuantities,
  formatQuantity,
  nanoPerUnit,
  parseQuantity,
  type Quantity,
} from '../../apimachinery/quantity.ts';
import { at, objectAt, objectsAt, textAt } from '../../apimachinery/read.ts';
import {
  child,
  duplicate,
  forbidden,
  index,
  invalid,
  invalidEach,
  key,
  required,
} from '../../apimachinery/validation/errors.ts';
import { qualifiedName } from '../../apimachinery/validation/names.ts';
import type { JsonObject } from '../../base/index.ts';
import type { BuiltInKind } from '../built-in-kind.ts';
import {
  allowsOvercommit,
  validateContainerResourceName,
  validateResourceName,
} from '../shared/container-resources.ts';

export const limitRange: BuiltInKind = {
  group: '',
  versions: [{ version: 'v1' }],
  resource: 'limitranges',
  kind: 'LimitRange',
  scope: 'Namespaced',
  shortNames: ['limits'],
  quirks: { createOnUpdate: true },
  validate(range) {
    const seen = new Set<string>();
    return objectsAt(range, 'spec', 'limits').flatMap((limit, position) => {
      const here = index('spec.limits', position);
      const type = textAt(limit, 'type');
      const errors = invalidEach(child(here, 'type'), type, qualifiedName(type));
      if (errors.length === 0 && !type.includes('/') && !limitTypes.includes(type)) {
        errors.push(invalid(child(here, 'type'), type, 'must be a standard limit type or fully qualified'));
      }
      if (seen.has(type)) errors.push(duplicate(child(here, 'type'), type));
      seen.add(type);
      errors.push(...validateNames(limit, type, here));
      if (type === 'Pod') {
        for (const member of ['default', 'defaultRequest']) {
          if (Object.keys(objectAt(limit, member)).length > 0) {
            errors.push(forbidden(child(here, member), "may not be specified when `type` is 'Pod'"));
          }
        }
      }
      const isBound = ['min', 'max'].some((member) => at(limit, member, 'storage') !== undefined);
      if (type === 'PersistentVolumeClaim' && !isBound) {
        const detail = 'either minimum or maximum storage value is required, but neither was provided';
        errors.push(required(child(here, 'limits'), detail));
      }
      return [...errors, ...validateLimitOrder(limit, here), ...validateRatios(limit, here)];
    });
  },
};

const lists = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const;

function validateNames(limit: JsonObject, type: string, path: string): FieldError[] {
  const judge = ['Pod', 'Container'].includes(type) ? validateContainerResourceName : validateResourceName;
  // What a limit for pods may not say at all has no names.
  return listsOf(type).flatMap((list) =>
    Object.keys(objectAt(limit, list)).flatMap((name) => judge(name, key(child(path, list), name))),
  );
}

function listsOf(type: string): readonly (typeof lists)[number][] {
  return type === 'Pod' ? lists.filter((list) => !list.startsWith('default')) : lists;
}

/** Ratios that nothing could keep to, and defaults of what cannot be asked for without being there. */
function validateRatios(limit: JsonObject, path: string): FieldError[] {
  const names = new Set(lists.flatMap((list) => Object.keys(objectAt(limit, list))));
  return [...names].flatMap((name) => {
    const [most, least, usual, request, ratio] = lists.map((list) => parseQuantity(at(limit, list, name)));
    const errors: FieldError[] = [];
    const bad = (member: string, value: Quantity, why: string) =>
      errors.push(invalid(key(child(path, member), name), formatQuantity(value), why));
    if (ratio && ratio.nano < nanoPerUnit)
      bad('maxLimitRequestRatio', ratio, `ratio ${formatQuantity(ratio)} is less than 1`);
    if (ratio && most && least && ratio.nano * least.nano > most.nano * nanoPerUnit) {
      const greatest = (Number(most.nano) / Number(least.nano)).toFixed(6);
      bad(
        'maxLimitRequestRatio',
        ratio,
        `ratio ${formatQuantity(ratio)} is greater than max/min = ${greatest}`,
      );
    }
    if (usual && request && !allowsOvercommit(name) && compareQuantities(usual, request) !== 0) {
      const values = `default value ${formatQuantity(usual)} must equal to defaultRequest value ${formatQuantity(request)}`;
      bad('defaultRequest', request, `${values} in ${name}`);
    }
    return errors;
  });
}

const limitTypes = ['Pod', 'Container', 'PersistentVolumeClaim'];

/** Pairs of bounds of which the first must not be above the second, with their names in the refusal. */
const limitOrder = [
  { low: 'min', high: 'max', at: 'min', shown: 'min', text: 'min value LOW is greater than max value HIGH' },
  {
    low: 'min',
    high: 'defaultRequest',
    at: 'defaultRequest',
    shown: 'defaultRequest',
    text: 'min value LOW is greater than default request value HIGH',
  },
  {
    low: 'defaultRequest',
    high: 'max',
    at: 'defaultRequest',
    shown: 'defaultRequest',
    text: 'default request value LOW is greater than max value HIGH',
  },
  {
    low: 'defaultRequest',
    high: 'default',
    at: 'defaultRequest',
    shown: 'defaultRequest',
    text: 'default request value LOW is greater than default limit value HIGH',
  },
  {
    low: 'min',
    high: 'default',
    at: 'default',
    shown: 'min',
    text: 'min value LOW is greater than default value HIGH',
  },
  {
    low: 'default',
    high: 'max',
    at: 'default',
    shown: 'max',
    text: 'default value LOW is greater than max value HIGH',
  },
] as const;

function validateLimitOrder(limit: JsonObject, path: string): FieldError[] {
  const names = new Set(
    limitOrder.flatMap(({ low, high }) => [low, high]).flatMap((m) => Object.keys(objectAt(limit, m))),
  );
  return [...names].flatMap((name) =>
    limitOrder.flatMap((rule) => {
      const low = parseQuantity(at(limit, rule.low, name));
      const high = parseQuantity(at(limit, rule.high, name));
      if (!low || !high || compareQuantities(low, high) <= 0) return [];
      const text = rule.text.replace('LOW', formatQuantity(low)).replace('HIGH', formatQuantity(high));
      return [invalid(key(child(path, rule.at), name), at(limit, rule.shown, name), text)];
    }),
  );
}
