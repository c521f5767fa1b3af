import type { Fields } from '../../fields.ts';

/** A condition on the labels of a member. */
interface LabelCondition {
  readonly name: string;
  readonly value: string;
  readonly equals: boolean;
}

/** Source: `memberSelector.byLabel` of api-version 2026-06-02-preview. */
const selectorCharacters = 512;
/** This estate's own: what is asked of every member by every group of a strategy. */
const mostConditions = 32;

const labelName = /^(?:[a-z0-9.-]{1,253}\/)?[A-Za-z0-9](?:[-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?$/;
const labelValue = /^(?:[A-Za-z0-9](?:[-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?)?$/;

/** Refuses a `memberSelector` that is no list of equalities (`env=prod,tier!=web`). */
export function checkMemberSelector(selector: Fields): void {
  const text = selector.string('byLabel');
  if (!text?.trim()) throw selector.wrong('byLabel', 'a label selector is required');
  if (text.length > selectorCharacters) {
    throw selector.wrong('byLabel', `at most ${selectorCharacters} characters`);
  }
  const conditions = text.split(',');
  if (conditions.length > mostConditions)
    throw selector.wrong('byLabel', `at most ${mostConditions} conditions`);
  const odd = conditions.find((part) => parseCondition(part) === undefined);
  if (odd === undefined) return;
  throw selector.wrong(
    'byLabel',
    `'${odd}' is no condition on a label; equality ('name=value' and 'name!=value', separated by commas) is supported`,
  );
}

/** Tells whether labels fulfil every condition of a selector that `checkMemberSelector` let pass. */
export function labelSelector(byLabel: string): (labels: Readonly<Record<string, string>>) => boolean {
  const conditions = byLabel.split(',').map(parseCondition);
  return (labels) =>
    conditions.every((condition) => {
      if (!condition) return false;
      const { name, value, equals } = condition;
      const found = Object.hasOwn(labels, name) ? labels[name] : undefined;
      return (found === value) === equals;
    });
}

function parseCondition(part: string): LabelCondition | undefined {
  const [, name = '', operator = '', value = ''] = /^\s*([^=!\s]+)\s*(==|=|!=)\s*(\S*)\s*$/.exec(part) ?? [];
  if (!labelName.test(name) || !labelValue.test(value)) return undefined;
  return { name, value, equals: operator !== '!=' };
}
