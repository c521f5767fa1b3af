import { ArmError, type ResourceRecord } from '../../../arm/index.ts';
import type { JsonObject } from '../../../base/index.ts';
import { oneOf } from '../json.ts';

const priorities = { lowest: 100, highest: 4096 } as const;

/** What a caller says of a rule, checked, as it is stored; `path` of its properties in the body. */
export function readRule(sent: JsonObject, path: string): JsonObject {
  const word = (member: string, words: readonly string[]) => {
    if (typeof sent[member] !== 'string') throw invalidRule(`${path}.${member}`, 'is required');
    return oneOf(sent[member], { words, default: '', path: `${path}.${member}` });
  };
  const { provisioningState: _printed, priority, ...rest } = sent;
  const fits =
    typeof priority === 'number' &&
    Number.isInteger(priority) &&
    priority >= priorities.lowest &&
    priority <= priorities.highest;
  if (!fits) {
    throw new ArmError(
      400,
      'SecurityRuleInvalidPriority',
      `Security rule has invalid Priority. Value provided: ${JSON.stringify(priority ?? null)} Allowed range ` +
        `${priorities.lowest}-${priorities.highest}.`,
      { target: `${path}.priority` },
    );
  }
  return {
    ...rest,
    protocol: word('protocol', ['*', 'Tcp', 'Udp', 'Icmp', 'Esp', 'Ah']),
    access: word('access', ['Allow', 'Deny']),
    direction: word('direction', ['Inbound', 'Outbound']),
    priority,
  };
}

/** Throws when one of the others has the priority and direction of `rule`. */
export function refuseConflict(
  others: readonly ResourceRecord[],
  rule: { readonly name: string; readonly properties: JsonObject },
): void {
  const same = others.find(
    ({ name, properties: { priority, direction } }) =>
      name.toLowerCase() !== rule.name.toLowerCase() &&
      priority === rule.properties.priority &&
      direction === rule.properties.direction,
  );
  if (!same) return;
  throw new ArmError(
    400,
    'SecurityRuleConflict',
    `Security rule ${rule.name} conflicts with rule ${same.name}. Rules cannot have the same Priority and Direction.`,
  );
}

export function invalidRule(path: string, reason: string): ArmError {
  return new ArmError(400, 'InvalidRequestFormat', `Cannot parse the request. '${path}' ${reason}.`, {
    target: path,
  });
}
