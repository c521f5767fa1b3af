import type { JsonObject } from '../base/index.ts';
import { containersOf, type MachineContainer, type MachinePod, objectIn, objectsIn, text } from './pod.ts';

/** What a container or a node uses at one moment. */
export interface Usage {
  readonly cpuNanoCores: number;
  readonly memoryBytes: number;
}

const annotations = { cpu: 'drydock.dev/cpu', memory: 'drydock.dev/memory' } as const;

/** Of what a container asks for, while nobody says otherwise. */
const usualShares = { cpu: 0.3, memory: 0.6 } as const;
const usualUsage = { cpu: 0.005, memory: 24 * 1024 * 1024 } as const;
/** How far load goes up and down around that, and how long it takes. */
const swing = { share: 0.2, periodMs: 10 * 60_000 } as const;
/** What a node's own services use. */
const ownUsage: Usage = { cpuNanoCores: 120_000_000, memoryBytes: 700 * 1024 * 1024 };

/** What each running container of a pod uses: by annotation (`250m`, or `100m..500m/10m` to go up and down in ten minutes), else by what it asks for. */
export function podUsage(pod: JsonObject, nowMs: number): { readonly name: string; readonly usage: Usage }[] {
  // Objects of the API have metadata, and pods a spec.
  const machine = pod as unknown as MachinePod;
  return containersOf(machine)
    .filter(({ status }) => 'running' in objectIn(status, 'state'))
    .map((container) => ({
      name: container.name,
      usage: {
        cpuNanoCores: Math.round(amount(machine, container, { resource: 'cpu', nowMs }) * 1e9),
        memoryBytes: Math.round(amount(machine, container, { resource: 'memory', nowMs })),
      },
    }));
}

/** What a node uses for its pods and itself. */
export function nodeUsage(pods: readonly JsonObject[], nowMs: number): Usage {
  const all = pods.flatMap((pod) => podUsage(pod, nowMs)).map(({ usage }) => usage);
  return all.reduce(
    (sum, { cpuNanoCores, memoryBytes }) => ({
      cpuNanoCores: sum.cpuNanoCores + cpuNanoCores,
      memoryBytes: sum.memoryBytes + memoryBytes,
    }),
    ownUsage,
  );
}

function amount(
  pod: MachinePod,
  container: MachineContainer,
  { resource, nowMs }: { readonly resource: 'cpu' | 'memory'; readonly nowMs: number },
): number {
  const phase = hashOf(`${pod.metadata.uid}/${container.name}`);
  const wave = (periodMs: number) => Math.sin(2 * Math.PI * ((nowMs % periodMs) / periodMs + phase));
  const said = curveOf(pod.metadata.annotations?.[annotations[resource]] ?? '');
  if (said) return said.low + ((said.high - said.low) * (1 + wave(said.periodMs))) / 2;
  const asked = quantityOf(text(objectIn(objectIn(container.spec, 'resources'), 'requests')[resource]));
  const usual = asked === undefined ? usualUsage[resource] : asked * usualShares[resource];
  return usual * (1 + swing.share * wave(swing.periodMs));
}

/** `LOW..HIGH/PERIOD`, `LOW..HIGH` or one amount. */
function curveOf(words: string): { low: number; high: number; periodMs: number } | undefined {
  const [range = '', period = ''] = words.split('/', 2);
  const [first = '', second = first] = range.split('..', 2);
  const [low, high] = [quantityOf(first), quantityOf(second)];
  const [, count = '', unit = ''] = /^(\d{1,6})([smh])$/.exec(period) ?? [];
  const unitMs = unit === 's' ? 1_000 : unit === 'm' ? 60_000 : 3_600_000;
  const periodMs = Number(count) > 0 ? Number(count) * unitMs : swing.periodMs;
  return low === undefined || high === undefined ? undefined : { low, high, periodMs };
}

const suffixes: Readonly<Record<string, number>> = {
  ...{ '': 1, n: 1e-9, u: 1e-6, m: 1e-3, k: 1e3, M: 1e6, G: 1e9, T: 1e12 },
  ...{ Ki: 1024, Mi: 1024 ** 2, Gi: 1024 ** 3, Ti: 1024 ** 4 },
};

function quantityOf(words: string): number | undefined {
  const [, number, suffix = ''] = /^(\d{1,15}(?:\.\d{1,9})?)([a-zA-Z]{0,2})$/.exec(words) ?? [];
  const factor = Object.hasOwn(suffixes, suffix) ? suffixes[suffix] : undefined;
  return number === undefined || factor === undefined ? undefined : Number(number) * factor;
}

/** From 0 to 1, the same for the same text. */
function hashOf(words: string): number {
  let hash = 2_166_136_261;
  for (let at = 0; at < words.length; at++) hash = Math.imul(hash ^ words.charCodeAt(at), 16_777_619);
  return (hash >>> 0) / 2 ** 32;
}

/** The pods of a node that run on it. */
export function podsOn(node: string, pods: readonly JsonObject[]): JsonObject[] {
  return pods.filter(
    (pod) =>
      objectIn(pod, 'spec')['nodeName'] === node &&
      objectsIn(objectIn(pod, 'status'), 'containerStatuses').length > 0,
  );
}
