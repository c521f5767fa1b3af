import { formatQuantity, parseQuantity, type Quantity, quantityRule } from '../../apimachinery/quantity.ts';
import { textAt, textsAt } from '../../apimachinery/read.ts';
import { goQuote } from '../../apimachinery/validation/go-text.ts';
import { dnsSubdomain, qualifiedName } from '../../apimachinery/validation/names.ts';
import type { JsonObject } from '../../base/index.ts';

/** What is wrong with requirements on properties of clusters, one by one and together. */
export function requirementsErrors(requirements: readonly JsonObject[]): string[] {
  const errors: string[] = [];
  const byName = new Map<string, JsonObject[]>();
  for (const requirement of requirements) {
    const name = textAt(requirement, 'name');
    const badName = nameProblem(name);
    if (badName !== undefined) errors.push(`invalid property name ${name}: ${badName}`);
    const problem = requirementProblem(requirement);
    if (problem !== undefined) errors.push(`invalid requirement on property ${name}: ${problem}`);
    const together = byName.get(name);
    if (together) together.push(requirement);
    else byName.set(name, [requirement]);
  }
  for (const [name, together] of byName) {
    const problem = contradiction(together);
    if (problem !== undefined) errors.push(`inconsistent requirements on property ${name}: ${problem}`);
  }
  return errors;
}

const resourcePrefix = 'resources.kubernetes-fleet.io/';
const capacityTypes = ['allocatable', 'available', 'total'];

/** `resources.kubernetes-fleet.io/<capacity type>-<resource>`, or any name in segments. */
export function nameProblem(name: string): string | undefined {
  if (!name.startsWith(resourcePrefix)) return segmentsProblem(name);
  const [type = '', ...resource] = name.slice(resourcePrefix.length).split('-');
  if (resource.length === 0) {
    return `invalid resource property name ${name}, expected format is [PREFIX]/[CAPACITY_TYPE]-[RESOURCE_NAME]`;
  }
  if (!capacityTypes.includes(type)) {
    return `invalid capacity type in resource property name ${name}, supported values are [${capacityTypes.join(' ')}]`;
  }
  const wrong = qualifiedName(name);
  return wrong.length > 0 ? `property name ${name} is not valid: ${wrong.join('; ')}` : undefined;
}

function segmentsProblem(name: string): string | undefined {
  const [first = '', ...rest] = name.split('/');
  if (rest.length === 0) {
    const wrong = qualifiedName(name);
    return wrong.length > 0 ? `property name ${name} is not valid: ${wrong.join('; ')}` : undefined;
  }
  const [noSubdomain, noName] = [dnsSubdomain(first), qualifiedName(first)];
  if (noSubdomain.length > 0 && noName.length > 0) {
    return `property name first segment ${first} is not valid: it is neither a valid DNS subdomain (${noSubdomain.join('; ')}) nor a valid qualified name (${noName.join('; ')})`;
  }
  for (const segment of rest) {
    const wrong = qualifiedName(segment);
    if (wrong.length > 0) return `property name segment ${segment} is not valid: ${wrong.join('; ')}`;
  }
  return undefined;
}

const operators = new Set(['Gt', 'Ge', 'Lt', 'Le', 'Eq', 'Ne']);

function requirementProblem(requirement: JsonObject): string | undefined {
  const operator = textAt(requirement, 'operator');
  const values = textsAt(requirement, 'values');
  if (!operators.has(operator)) return `unsupported operator ${operator}`;
  if (values.length !== 1) return `operator ${operator} requires exactly one value, got ${values.length}`;
  const [value = ''] = values;
  if (parseQuantity(value)) return undefined;
  return `value ${goQuote(value)} is not a valid resource.Quantity: ${quantityProblem(value)}`;
}

function quantityProblem(text: string): string {
  const hasForm = text !== '' && /^[+-]?\d*(?:\.\d*)?(?:[eEinumkKMGTP]+[-+]?\d*|[-+]\d*)?$/.test(text);
  return hasForm ? "unable to parse quantity's suffix" : quantityRule;
}

interface Bound {
  readonly at: Quantity;
  /** The bound itself does not count. */
  readonly isStrict: boolean;
}

interface Bounds {
  lower?: Bound;
  upper?: Bound;
  equal?: Quantity;
  readonly unequal: Quantity[];
}

/** Why no cluster can fulfil all requirements on one property. What is wrong by itself is not looked at. */
function contradiction(requirements: readonly JsonObject[]): string | undefined {
  if (requirements.length < 2) return undefined;
  const bounds: Bounds = { unequal: [] };
  for (const requirement of requirements) {
    if (requirementProblem(requirement) !== undefined) continue;
    const value = parseQuantity(textsAt(requirement, 'values')[0]);
    if (!value) continue;
    const problem = narrow(bounds, textAt(requirement, 'operator'), value);
    if (problem !== undefined) return problem;
  }
  return emptiness(bounds);
}

function narrow(bounds: Bounds, operator: string, value: Quantity): string | undefined {
  switch (operator) {
    case 'Eq':
      if (bounds.equal && bounds.equal.nano !== value.nano) {
        return `conflicting Eq values ${formatQuantity(bounds.equal)} and ${formatQuantity(value)}`;
      }
      bounds.equal = value;
      return undefined;
    case 'Ne':
      bounds.unequal.push(value);
      return undefined;
    case 'Gt':
    case 'Ge':
      bounds.lower = narrower(bounds.lower, { at: value, isStrict: operator === 'Gt' }, 1n);
      return undefined;
    default:
      bounds.upper = narrower(bounds.upper, { at: value, isStrict: operator === 'Lt' }, -1n);
      return undefined;
  }
}

/** `direction`: 1 for lower bounds, of which the greater is narrower; -1 for upper ones. */
function narrower(known: Bound | undefined, other: Bound, direction: 1n | -1n): Bound {
  if (!known) return other;
  const further = (other.at.nano - known.at.nano) * direction;
  return further > 0n || (further === 0n && other.isStrict && !known.isStrict) ? other : known;
}

function emptiness({ lower, upper, equal, unequal }: Bounds): string | undefined {
  if (equal && unequal.some(({ nano }) => nano === equal.nano)) {
    return `conflicting Eq and Ne on same value ${formatQuantity(equal)}`;
  }
  if (lower && upper) {
    const room = upper.at.nano - lower.at.nano;
    if (room < 0n || (room === 0n && (lower.isStrict || upper.isStrict))) {
      return `lower bound (${formatQuantity(lower.at)}) and upper bound (${formatQuantity(upper.at)}) exclude all values`;
    }
  }
  if (equal && lower && outside(equal.nano - lower.at.nano, lower)) {
    return `eq value ${formatQuantity(equal)} violates lower bound ${formatQuantity(lower.at)}`;
  }
  if (equal && upper && outside(upper.at.nano - equal.nano, upper)) {
    return `eq value ${formatQuantity(equal)} violates upper bound ${formatQuantity(upper.at)}`;
  }
  return undefined;
}

function outside(room: bigint, { isStrict }: Bound): boolean {
  return room < 0n || (room === 0n && isStrict);
}
