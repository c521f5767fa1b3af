import { at, textAt } from '../../apimachinery/read.ts';
import { goQuote } from '../../apimachinery/validation/go-text.ts';
import { isObject, type Json, type JsonObject } from '../../base/index.ts';

/** What is wrong with how a placement rolls out. */
export function strategyErrors(strategy: JsonObject): readonly string[] {
  const errors: string[] = [];
  const type = textAt(strategy, 'type');
  if (type !== '' && type !== 'RollingUpdate' && type !== 'External') {
    errors.push(`unsupported rollout strategy type \`${type}\``);
  }
  const { rollingUpdate, applyStrategy } = strategy;
  if (isObject(rollingUpdate)) {
    // The misspelling is upstream's.
    if (type === 'External')
      errors.push('rollingUpdateConifg is not valid for ExternalRollout strategy type');
    const period = rollingUpdate['unavailablePeriodSeconds'];
    if (typeof period === 'number' && period < 0) {
      errors.push(`unavailablePeriodSeconds must be greater than or equal to 0, got ${period}`);
    }
    errors.push(...countErrors('maxUnavailable', rollingUpdate['maxUnavailable']));
    errors.push(...countErrors('maxSurge', rollingUpdate['maxSurge']));
  }
  const own = at(applyStrategy, 'serverSideApplyConfig');
  if (isObject(own) && textAt(applyStrategy, 'type') !== 'ServerSideApply') {
    errors.push('serverSideApplyConfig is only valid for ServerSideApply strategy type');
  }
  return errors;
}

/** A number, or a share in percent. */
function countErrors(name: string, value: Json | undefined): string[] {
  if (value === undefined || value === null) return [];
  const shown = `\`${String(value)}\``;
  if (typeof value === 'string') {
    if (!value.endsWith('%')) {
      const why = 'invalid type: string is not a percentage';
      return [`${name} ${shown} is invalid: invalid value for IntOrString: ${why}`];
    }
    const digits = value.slice(0, -1);
    if (!/^[+-]?\d+$/.test(digits)) {
      const why = `strconv.Atoi: parsing ${goQuote(digits)}: invalid syntax`;
      return [
        `${name} ${shown} is invalid: invalid value for IntOrString: invalid value ${goQuote(value)}: ${why}`,
      ];
    }
  }
  return Number.parseInt(String(value), 10) < 0
    ? [`${name} must be greater than or equal to 0, got ${shown}`]
    : [];
}
