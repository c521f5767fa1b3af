import type { KubeObject } from '../../apimachinery/client.ts';
import { defineKind } from '../../apimachinery/kinds.ts';
import type { JsonObject } from '../../base/index.ts';
import { Recent } from '../../base/index.ts';
import {
  containersOf,
  filesOf,
  firstProgram,
  firstWords,
  isFollowed,
  type MachineContainer,
  PodReferences,
  processIn,
  rehearse,
  runWords,
  type Surroundings,
} from '../../machines/index.ts';
import { type Container, type Pod, services } from '../kinds/core.ts';
import type { ClusterContext } from '../shared/context.ts';
import { stateOf, timeOf } from './container-life.ts';
import { type Ending, guessedEnding, saidEnding, usualRunMs, wordsOf } from './endings.ts';

const configMaps = defineKind<KubeObject>('v1', 'ConfigMap', 'configmaps');
const secrets = defineKind<KubeObject>('v1', 'Secret', 'secrets');

/** How far a program is followed that has not ended yet. */
const horizonMs = 24 * 3_600_000;
const lookAgainMs = 2_000;

/** What a pod's programs find around them, and what of it is missing. */
export interface PodSurroundings {
  readonly byContainer: ReadonlyMap<string, Surroundings>;
  readonly missingVolume: { readonly volume: string; readonly message: string } | undefined;
  /** By container. */
  readonly missing: ReadonlyMap<string, string>;
}

export const nothingAround: PodSurroundings = {
  ...{ byContainer: new Map(), missingVolume: undefined, missing: new Map() },
};

/** Looks up what a pod names. */
export async function surroundingsOf(
  pod: Pod,
  { client }: Pick<ClusterContext, 'client'>,
): Promise<PodSurroundings> {
  const { namespace = '' } = pod.metadata;
  const references = new PodReferences(pod, async (kind, name) => {
    const found = await client.find(kind === 'configmaps' ? configMaps : secrets, { namespace, name });
    // What the API holds is JSON.
    return found as JsonObject | undefined;
  });
  await references.checkVolumes();
  const volume = references.missing.find((each) => each.volume !== undefined);
  const byContainer = new Map<string, Surroundings>();
  for (const container of containersOf(pod))
    byContainer.set(container.name, await references.surroundings(container));
  const missing = new Map(
    references.missing.flatMap(({ container, message }) =>
      container === undefined ? [] : [[container, message]],
    ),
  );
  return {
    byContainer,
    missing,
    missingVolume: volume && { volume: volume.volume ?? '', message: volume.message },
  };
}

/** Follows the programs of pods, without a container and without waiting. */
export class Rehearsals {
  readonly #context: ClusterContext;
  /** Of programs that need nothing of their pod, by their words: a thousand replicas are followed once. */
  readonly #known = new Recent<{ readonly ending: Ending | undefined }>(1_024);

  constructor(context: ClusterContext) {
    this.#context = context;
  }

  /** How a container's program ends; undefined: not by itself. */
  ending(pod: Pod, container: Container, around: PodSurroundings): Ending | undefined {
    const said = saidEnding(pod);
    if (said) return said;
    if (container.restartPolicy === 'Always' && wordsOf(container).length === 0) return undefined;
    const found = machineContainer(pod, container);
    const words = found ? firstWords(found, new Map()) : [];
    if (!found || !isFollowed(words)) return guessedEnding(pod, container);
    const isEndless = (container.restartPolicy ?? pod.spec.restartPolicy ?? 'Always') === 'Always';
    const key =
      around === nothingAround ? JSON.stringify([words, container['env'] ?? null, isEndless]) : undefined;
    const known = key === undefined ? undefined : this.#known.get(key);
    if (known) return known.ending;
    const { ended, missedSomebody } = this.#follow(pod, found, { around, untilMs: undefined, isEndless });
    const ending = ended && { afterMs: ended.afterMs, exitCode: ended.exitCode };
    if (missedSomebody)
      return {
        afterMs: ending?.afterMs ?? Number.POSITIVE_INFINITY,
        exitCode: ending?.exitCode ?? 0,
        lookAgainMs,
      };
    if (key !== undefined) this.#known.set(key, { ending });
    return ending;
  }

  /** Runs the command of a probe where the container's program has come to. */
  probe(
    pod: Pod,
    container: Container,
    command: readonly string[],
    around: PodSurroundings,
  ): { ok: boolean; output: string } {
    const found = machineContainer(pod, container);
    const nowMs = this.#context.clock.now();
    if (!found || !isFollowed(command)) return { ok: true, output: '' };
    const { files, surroundings } = this.#follow(pod, found, { around, untilMs: nowMs, isEndless: true });
    let output = '';
    const { ended } = rehearse(
      (now) => runWords(command, processIn({ pod, container: found, surroundings }, now, files)),
      {
        startedMs: nowMs,
        untilMs: nowMs + 1_000,
        fetch: (asked) => this.#fetch(pod, asked.url),
        onWrite: (_at, bytes) =>
          (output += output.length < 10_240 ? Buffer.from(bytes).toString('utf8') : ''),
      },
    );
    if (!ended) return { ok: false, output: 'command timed out' };
    return { ok: ended.exitCode === 0, output };
  }

  /** How long a command runs beside a container's program, in milliseconds. */
  lastsMs(pod: Pod, container: Container, command: readonly string[]): number {
    const found = machineContainer(pod, container);
    if (!found || !isFollowed(command)) return 0;
    const surroundings = emptySurroundings(found, pod);
    const { ended } = rehearse(
      (now) => runWords(command, processIn({ pod, container: found, surroundings }, now)),
      { startedMs: 0, untilMs: horizonMs, fetch: (asked) => this.#fetch(pod, asked.url) },
    );
    return ended?.afterMs ?? horizonMs;
  }

  #follow(
    pod: Pod,
    container: MachineContainer,
    {
      around,
      untilMs,
      isEndless,
    }: { around: PodSurroundings; untilMs: number | undefined; isEndless: boolean },
  ) {
    const surroundings = around.byContainer.get(container.name) ?? emptySurroundings(container, pod);
    const files = filesOf(surroundings);
    const words = firstWords(container, surroundings.env);
    const status = [
      ...(pod.status?.containerStatuses ?? []),
      ...(pod.status?.initContainerStatuses ?? []),
    ].find(({ name }) => name === container.name);
    const startedMs = timeOf(stateOf(status, 'running'), 'startedAt') || this.#context.clock.now();
    const rehearsed = rehearse(
      (now) => {
        const process = processIn({ pod, container, surroundings }, now, files);
        const unknownRunsMs = isEndless ? horizonMs * 2 : usualRunMs;
        return firstProgram(words, { ...process, machine: { ...process.machine, unknownRunsMs } });
      },
      { startedMs, untilMs: untilMs ?? startedMs + horizonMs, fetch: (asked) => this.#fetch(pod, asked.url) },
    );
    return { ...rehearsed, files, surroundings };
  }

  /** Services answer as soon as they are there, and so do names outside. */
  #fetch(pod: Pod, { hostname }: URL) {
    const answer = { status: 200, headers: {}, body: 'ok\n' };
    const [name = '', namespace = pod.metadata.namespace, ...rest] = hostname.split('.');
    const isOurs =
      !hostname.includes('.') ||
      rest[0] === 'svc' ||
      (rest.length === 0 && namespace !== undefined && !/^\d/.test(hostname));
    if (!isOurs) return answer;
    const found = this.#context.informers.of(services).get(`${namespace}/${name}`);
    return found ? answer : ({ failure: 'no-such-host' } as const);
  }
}

function machineContainer(pod: Pod, { name }: Container): MachineContainer | undefined {
  return containersOf(pod).find((each) => each.name === name);
}

/** Of a pod that names nothing: its literal variables alone. */
function emptySurroundings(container: MachineContainer, pod: Pod): Surroundings {
  const env = new Map([['HOSTNAME', pod.metadata.name ?? '']]);
  const variables = container.spec['env'];
  for (const variable of Array.isArray(variables) ? variables : []) {
    if (typeof variable !== 'object' || variable === null || Array.isArray(variable)) continue;
    const { name, value } = variable;
    if (typeof name === 'string' && typeof value === 'string') env.set(name, value);
  }
  return { env, given: new Map(), readOnly: [], folders: [] };
}
