import type { PlacedContainer } from '../../apimachinery/containers.ts';
import { canonicalQuantity, nanoPerUnit, parseQuantity } from '../../apimachinery/quantity.ts';
import { at, numberAt, objectAt, objectsAt, textAt } from '../../apimachinery/read.ts';
import { child, index, key } from '../../apimachinery/validation/errors.ts';
import type { JsonObject } from '../../base/index.ts';

/** Bytes that are no whole number. */
export function fractionWarnings(amounts: JsonObject, path: string): string[] {
  return ['memory', 'ephemeral-storage', 'storage'].flatMap((resource) => {
    const amount = amounts[resource];
    if (amount === undefined) return [];
    const parsed = parseQuantity(String(amount));
    if (!parsed || parsed.nano % nanoPerUnit === 0n) return [];
    const shown = canonicalQuantity(String(amount));
    return [`${key(path, resource)}: fractional byte value "${shown}" is invalid, must be an integer`];
  });
}

/** What one container says that comes to nothing: bytes in fractions, variables that hide others. */
export function containerWarnings({ container, path }: PlacedContainer): string[] {
  const warnings: string[] = [];
  for (const resource of container['resources'] === undefined ? [] : ['memory', 'ephemeral-storage']) {
    for (const list of ['limits', 'requests']) {
      const amounts = objectAt(container, 'resources', list);
      const amount = amounts[resource];
      if (amount !== undefined)
        warnings.push(...fractionWarnings({ [resource]: amount }, child(path, `resources.${list}`)));
    }
  }
  const names = new Set<string>();
  for (const [at, variable] of objectsAt(container, 'env').entries()) {
    const name = textAt(variable, 'name');
    if (names.has(name) && hides(variable, name)) {
      const what = `hides previous definition of "${name}", which may be dropped when using apply`;
      warnings.push(`${index(child(path, 'env'), at)}: ${what}`);
    }
    names.add(name);
  }
  return warnings;
}

/** A variable that adds to the one before keeps it. */
function hides(variable: JsonObject, name: string): boolean {
  const reference = `$(${name})`;
  const value = textAt(variable, 'value');
  return variable['valueFrom'] !== undefined || value === reference || !value.includes(reference);
}

/** Ports that two containers claim, or one twice. */
export function portWarnings(containers: readonly PlacedContainer[]): string[] {
  const ports = containers.flatMap(({ container, path }) =>
    objectsAt(container, 'ports').map((port, at) => ({ port, path: index(child(path, 'ports'), at) })),
  );
  const warnings: string[] = [];
  const known = new Map<string, { port: JsonObject; path: string }[]>();
  for (const { port, path } of ports) {
    if (textAt(port, 'hostIP') !== '' && numberAt(port, 'hostPort') === 0) {
      warnings.push(`${path}: hostIP set without hostPort: ${goPort(port)}`);
    }
    const name = `${numberAt(port, 'containerPort')}/${textAt(port, 'protocol')}`;
    const others = known.get(name) ?? [];
    for (const other of others) {
      const how = overlap(port, other.port);
      if (how !== undefined) warnings.push(`${path}: ${how} port definition with ${other.path}`);
    }
    known.set(name, [...others, { port, path }]);
  }
  const names = new Map<string, string>();
  for (const { port, path } of ports) {
    const name = textAt(port, 'name');
    const other = names.get(name);
    if (name === '') continue;
    if (other === undefined) names.set(name, path);
    else {
      const chosen = `services and probes that select ports by name will use ${other}`;
      warnings.push(`${path}: duplicate port name "${name}" with ${other}, ${chosen}`);
    }
  }
  return warnings;
}

function overlap(a: JsonObject, b: JsonObject): string | undefined {
  const [ip, otherIp] = [textAt(a, 'hostIP'), textAt(b, 'hostIP')];
  const [port, otherPort] = [numberAt(a, 'hostPort'), numberAt(b, 'hostPort')];
  if (ip === otherIp && port === otherPort) return 'duplicate';
  if (port === 0 || otherPort === 0) return 'overlapping';
  return port === otherPort && (ip === '') !== (otherIp === '') ? 'dangerously ambiguous' : undefined;
}

function goPort(port: JsonObject): string {
  const members = ['name', 'hostPort', 'containerPort', 'protocol', 'hostIP'].map((name) => {
    const value = at(port, name) ?? (name.endsWith('Port') ? 0 : '');
    return `${name.charAt(0).toUpperCase()}${name.slice(1)}:${String(value)}`;
  });
  return `{${members.join(' ')}}`;
}
