import type { NotEnforced } from '../../apimachinery/not-enforced.ts';
import { isObject, type Json, type JsonObject } from '../../base/index.ts';

const betweenPods =
  'Required affinity and anti-affinity between pods are not built in Drydock yet: nodes are chosen without them.';
const spread =
  'Topology spread constraints are not built in Drydock yet: nodes are chosen without those that say DoNotSchedule.';

/** Where objects hold the spec of pods. */
const podSpecs: readonly (readonly [group: string, resource: string, path: readonly string[]])[] = [
  ['', 'pods', ['spec']],
  ['', 'podtemplates', ['template', 'spec']],
  ['', 'replicationcontrollers', ['spec', 'template', 'spec']],
  ['apps', 'daemonsets', ['spec', 'template', 'spec']],
  ['apps', 'deployments', ['spec', 'template', 'spec']],
  ['apps', 'replicasets', ['spec', 'template', 'spec']],
  ['apps', 'statefulsets', ['spec', 'template', 'spec']],
  ['batch', 'cronjobs', ['spec', 'jobTemplate', 'spec', 'template', 'spec']],
  ['batch', 'jobs', ['spec', 'template', 'spec']],
];

/** What a cluster tells those who ask its scheduler for what it does not do. What is only preferred asks for nothing. */
export const schedulingNotBuilt: readonly NotEnforced[] = podSpecs.flatMap(([group, resource, path]) => {
  const note = (asks: (spec: JsonObject) => boolean, text: string): NotEnforced => ({
    group,
    resource,
    sentence: (object) => (asks(below(object, path)) ? text : undefined),
  });
  return [note(wantsPods, betweenPods), note(wantsSpread, spread)];
});

function below(object: JsonObject, path: readonly string[]): JsonObject {
  let value: Json | undefined = object;
  for (const name of path) value = isObject(value) ? value[name] : undefined;
  return isObject(value) ? value : {};
}

function wantsPods({ affinity }: JsonObject): boolean {
  if (!isObject(affinity)) return false;
  return [affinity['podAffinity'], affinity['podAntiAffinity']].some((rules) => {
    const required = isObject(rules) ? rules['requiredDuringSchedulingIgnoredDuringExecution'] : undefined;
    return Array.isArray(required) && required.length > 0;
  });
}

function wantsSpread({ topologySpreadConstraints: constraints }: JsonObject): boolean {
  if (!Array.isArray(constraints)) return false;
  return constraints.some((each) => isObject(each) && each['whenUnsatisfiable'] !== 'ScheduleAnyway');
}
