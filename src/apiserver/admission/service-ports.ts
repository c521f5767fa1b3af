import type { Write } from '../../apimachinery/admission.ts';
import { internalError, invalid } from '../../apimachinery/status.ts';
import { invalid as invalidField } from '../../apimachinery/validation/errors.ts';
import { isObject, type JsonObject, type Random } from '../../base/index.ts';

const nodePorts = { first: 30_000, last: 32_767 };
/** So many at the beginning of the range are given unasked only when nothing else is left: one in 32, as kube-apiserver keeps. */
const keptPorts = 86;
const outOfRange = `provided port is not in the valid range. The range of valid ports is ${nodePorts.first}-${nodePorts.last}`;
const taken = 'provided port is already allocated';

/** Gives the ports of a service their node ports, and a port for health checks where its type has one. */
export function givePorts(
  write: Write,
  spec: JsonObject,
  { used, random }: { used: ReadonlySet<number>; random: Random },
): void {
  const { definition, name, old } = write;
  const { type } = spec;
  const before = isObject(old?.['spec']) ? old['spec'] : {};
  const held = new Set(portsOf(before).map((port) => port['nodePort']));
  /** Taken by this write, and of what protocol and port. */
  const own = new Map<number, string>();
  if (type === 'NodePort' || type === 'LoadBalancer') {
    const wanted = type === 'NodePort' || spec['allocateLoadBalancerNodePorts'] !== false;
    const byPort = new Map<unknown, number>();
    for (const [at, port] of portsOf(spec).entries()) {
      const asked = numberOf(port['nodePort']) || (byPort.get(port['port']) ?? requested(spec, port));
      if (asked === 0 && !wanted) continue;
      const given = asked || freePort(random, used, own);
      const problem = asked === 0 ? undefined : refusal(asked, { used, own, held, port });
      if (problem !== undefined) {
        const field = `spec.ports[${at}].nodePort`;
        throw invalid(definition, name, [invalidField(field, asked, problem)]);
      }
      port['nodePort'] = given;
      if (!held.has(given)) write.claims.push(`node port ${given}`);
      own.set(given, String(port['port']));
      byPort.set(port['port'], given);
    }
  }
  giveHealthPort(write, spec, { used, own, before, random });
}

/** The node port that another port of the same number asks for: both share it. */
function requested(spec: JsonObject, port: JsonObject): number {
  const same = portsOf(spec).find(
    (other) => other['port'] === port['port'] && numberOf(other['nodePort']) !== 0,
  );
  return numberOf(same?.['nodePort']);
}

function refusal(
  asked: number,
  taking: {
    used: ReadonlySet<number>;
    own: ReadonlyMap<number, string>;
    held: ReadonlySet<unknown>;
    port: JsonObject;
  },
): string | undefined {
  const { used, own, held, port } = taking;
  const shared = own.get(asked);
  if (shared !== undefined) return shared === String(port['port']) ? undefined : taken;
  if (held.has(asked)) return undefined;
  if (asked < nodePorts.first || asked > nodePorts.last) return outOfRange;
  return used.has(asked) ? taken : undefined;
}

function giveHealthPort(
  write: Write,
  spec: JsonObject,
  {
    used,
    own,
    before,
    random,
  }: { used: ReadonlySet<number>; own: ReadonlyMap<number, string>; before: JsonObject; random: Random },
): void {
  if (spec['type'] !== 'LoadBalancer' || spec['externalTrafficPolicy'] !== 'Local') return;
  const asked = numberOf(spec['healthCheckNodePort']);
  if (asked === 0) {
    const given = freePort(random, used, own);
    write.claims.push(`node port ${given}`);
    spec['healthCheckNodePort'] = given;
  } else if (asked !== before['healthCheckNodePort'] && numberOf(before['healthCheckNodePort']) === 0) {
    const isOutside = asked < nodePorts.first || asked > nodePorts.last;
    if (!isOutside && !used.has(asked) && !own.has(asked)) {
      write.claims.push(`node port ${asked}`);
      return;
    }
    const why = isOutside ? outOfRange : taken;
    throw internalError(`failed to allocate requested HealthCheck NodePort ${asked}: ${why}`);
  }
}

function freePort(random: Random, used: ReadonlySet<number>, own: ReadonlyMap<number, string>): number {
  const kept = nodePorts.first + keptPorts;
  for (const [first, end] of [
    [kept, nodePorts.last + 1],
    [nodePorts.first, kept],
  ] as const) {
    const count = end - first;
    const start = random.integer(count);
    for (let step = 0; step < count; step++) {
      const port = first + ((start + step) % count);
      if (!used.has(port) && !own.has(port)) return port;
    }
  }
  throw internalError('failed to allocate a nodePort: range is full');
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

/** The ports of a service's spec. */
export function portsOf(spec: JsonObject): JsonObject[] {
  const ports = spec['ports'];
  return Array.isArray(ports) ? ports.filter(isObject) : [];
}
