import { ArmError } from '../../../arm/index.ts';
import { isObject, type Json, type JsonObject } from '../../../base/index.ts';
import { networkName } from '../declare.ts';
import { oneOf, propertiesOf } from '../json.ts';

const priorities = { lowest: 100, highest: 4096 } as const;
const ruleType = 'Microsoft.Network/networkSecurityGroups/securityRules';

/** The rules of a security group's body as they are stored. Refuses what is no rule; leaves none out. */
export function readRules(sent: Json | undefined, groupId: string): JsonObject[] {
  if (sent === undefined || sent === null) return [];
  if (!Array.isArray(sent)) throw invalid('properties.securityRules', 'must be a list');
  const rules: JsonObject[] = [];
  const names = new Set<string>();
  const form = networkName(1, 80);
  for (const [index, item] of sent.entries()) {
    const path = `properties.securityRules[${index}]`;
    if (!isObject(item)) throw invalid(path, 'must be an object');
    const { name } = item;
    if (typeof name !== 'string' || !form.pattern.test(name)) {
      throw invalid(`${path}.name`, `must be ${form.rule}`);
    }
    if (names.has(name.toLowerCase())) throw invalid(`${path}.name`, `is used twice: '${name}'`);
    names.add(name.toLowerCase());
    const properties = readRule(propertiesOf(item), `${path}.properties`);
    refuseConflict(rules, { name, properties });
    rules.push({ name, id: `${groupId}/securityRules/${name}`, type: ruleType, properties });
  }
  return rules;
}

function readRule(sent: JsonObject, path: string): JsonObject {
  const word = (member: string, words: readonly string[]) => {
    if (typeof sent[member] !== 'string') throw invalid(`${path}.${member}`, 'is required');
    return oneOf(sent[member], { words, default: '', path: `${path}.${member}` });
  };
  const { priority } = sent;
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
    ...sent,
    provisioningState: 'Succeeded',
    protocol: word('protocol', ['*', 'Tcp', 'Udp', 'Icmp', 'Esp', 'Ah']),
    access: word('access', ['Allow', 'Deny']),
    direction: word('direction', ['Inbound', 'Outbound']),
    priority,
  };
}

function refuseConflict(
  rules: readonly JsonObject[],
  rule: { readonly name: string; readonly properties: JsonObject },
): void {
  const same = rules.find((other) => {
    const { priority, direction } = propertiesOf(other);
    return priority === rule.properties.priority && direction === rule.properties.direction;
  });
  if (!same) return;
  throw new ArmError(
    400,
    'SecurityRuleConflict',
    `Security rule ${rule.name} conflicts with rule ${String(same.name)}. Rules cannot have the same Priority and Direction.`,
  );
}

function invalid(path: string, reason: string): ArmError {
  return new ArmError(400, 'InvalidRequestFormat', `Cannot parse the request. '${path}' ${reason}.`, {
    target: path,
  });
}
