import { isObject } from '../base/index.ts';
import { type MachineContainer, type MachinePod, objectIn, objectsIn, text, textIn } from './pod.ts';
import { print, type Run } from './shell/process.ts';

const logAnnotation = 'drydock.dev/log';
const longMs = 24 * 3_600_000;

/** What is said by a container whose program nobody knows: what an annotation says, or its start and the probes that reach it. */
export function* imageProgram(pod: MachinePod, container: MachineContainer): Run {
  const { annotations = {} } = pod.metadata;
  const given = annotations[`${logAnnotation}.${container.name}`] ?? annotations[logAnnotation];
  if (given !== undefined) {
    yield* print(given.endsWith('\n') ? given : `${given}\n`);
    for (;;) yield { type: 'sleep', ms: longMs };
  }
  const node = textIn(pod.spec, 'nodeName');
  yield* print(
    `${text(container.spec['image'])} started as ${container.name} of ${pod.metadata.name} on ${node}\n`,
  );
  for (const port of objectsIn(container.spec, 'ports')) {
    yield* print(`listening on port ${String(port['containerPort'])}\n`);
  }
  const probe = ['livenessProbe', 'readinessProbe']
    .map((name) => objectIn(container.spec, name))
    .find((each) => isObject(each['httpGet']));
  const periodMs = Number(probe?.['periodSeconds'] ?? 10) * 1_000;
  const path = textIn(objectIn(probe, 'httpGet'), 'path') || '/';
  for (;;) {
    yield { type: 'sleep', ms: probe ? periodMs : longMs };
    if (probe) yield* print(`"GET ${path} HTTP/1.1" 200 "kube-probe/1.34"\n`);
  }
}
