import { holds } from '../../apimachinery/conditions.ts';
import type { Cell } from '../../apimachinery/contract.ts';
import { Elapsed, humanDuration, since } from '../../apimachinery/duration.ts';
import {
  at,
  flagAt,
  listAt,
  nameOf,
  numberAt,
  objectAt,
  objectsAt,
  textAt,
} from '../../apimachinery/read.ts';
import type { Json, JsonObject } from '../../base/index.ts';
import type { Cells } from '../built-in-kind.ts';
import { ageOf, containerCells, labelsText, none, selectorCell, selectorText } from './texts.ts';

export const deploymentCells: Cells = (object) => [
  nameOf(object),
  `${numberAt(object, 'status', 'readyReplicas')}/${numberAt(object, 'spec', 'replicas')}`,
  numberAt(object, 'status', 'updatedReplicas'),
  numberAt(object, 'status', 'availableReplicas'),
  ageOf(object),
  ...containerCells(templateOf(object)),
  selectorText(objectAt(object, 'spec', 'selector')),
];

export const replicaSetCells: Cells = (object) => [
  ...replicaCells(object),
  ...containerCells(templateOf(object)),
  selectorCell(objectAt(object, 'spec', 'selector')),
];

export const replicationControllerCells: Cells = (object) => [
  ...replicaCells(object),
  ...containerCells(templateOf(object)),
  labelsText(objectAt(object, 'spec', 'selector')),
];

export const statefulSetCells: Cells = (object) => [
  nameOf(object),
  `${numberAt(object, 'status', 'readyReplicas')}/${numberAt(object, 'spec', 'replicas')}`,
  ageOf(object),
  ...containerCells(templateOf(object)),
];

export const daemonSetCells: Cells = (object) => [
  nameOf(object),
  numberAt(object, 'status', 'desiredNumberScheduled'),
  numberAt(object, 'status', 'currentNumberScheduled'),
  numberAt(object, 'status', 'numberReady'),
  numberAt(object, 'status', 'updatedNumberScheduled'),
  numberAt(object, 'status', 'numberAvailable'),
  labelsText(objectAt(templateOf(object), 'nodeSelector')),
  ageOf(object),
  ...containerCells(templateOf(object)),
  selectorCell(objectAt(object, 'spec', 'selector')),
];

export const jobCells: Cells = (object) => [
  nameOf(object),
  jobStatus(object),
  jobCompletions(object),
  jobDuration(object),
  ageOf(object),
  ...containerCells(templateOf(object)),
  selectorCell(objectAt(object, 'spec', 'selector')),
];

export const cronJobCells: Cells = (object) => {
  const lastSchedule = textAt(object, 'status', 'lastScheduleTime');
  const suspend = at(object, 'spec', 'suspend');
  const job = objectAt(object, 'spec', 'jobTemplate');
  return [
    nameOf(object),
    textAt(object, 'spec', 'schedule'),
    textAt(object, 'spec', 'timeZone') || none,
    suspend === true ? 'True' : suspend === false ? 'False' : unsetText,
    listAt(object, 'status', 'active').length,
    lastSchedule ? since(lastSchedule) : none,
    ageOf(object),
    ...containerCells(templateOf(job)),
    selectorCell(objectAt(job, 'spec', 'selector')),
  ];
};
const unsetText = '<unset>';

export const controllerRevisionCells: Cells = (object) => {
  const owner = objectsAt(object, 'metadata', 'ownerReferences').find((ref) => flagAt(ref, 'controller'));
  return [nameOf(object), ownerText(owner), numberAt(object, 'revision'), ageOf(object)];
};

export const podTemplateCells: Cells = (object) => [
  nameOf(object),
  ...containerCells(objectAt(object, 'template', 'spec')),
  labelsText(objectAt(object, 'template', 'metadata', 'labels')),
];

export const autoscalerCells: Cells = (object) => {
  const minimum = at(object, 'spec', 'minReplicas');
  return [
    nameOf(object),
    `${textAt(object, 'spec', 'scaleTargetRef', 'kind')}/${textAt(object, 'spec', 'scaleTargetRef', 'name')}`,
    autoscalerTargets(object),
    typeof minimum === 'number' ? String(minimum) : unsetText,
    numberAt(object, 'spec', 'maxReplicas'),
    numberAt(object, 'status', 'currentReplicas'),
    ageOf(object),
  ];
};

/** Autoscaling v1 shows its one CPU target. */
export const autoscalerV1Cells: Cells = (object) => {
  const target = at(object, 'spec', 'targetCPUUtilizationPercentage');
  const current = at(object, 'status', 'currentCPUUtilizationPercentage');
  const shown = typeof current === 'number' ? `${current}%` : '<unknown>';
  const cells = [...autoscalerCells(object)];
  cells[2] = typeof target === 'number' ? `cpu: ${shown}/${target}%` : none;
  return cells;
};

function replicaCells(object: JsonObject): readonly Cell[] {
  return [
    nameOf(object),
    numberAt(object, 'spec', 'replicas'),
    numberAt(object, 'status', 'replicas'),
    numberAt(object, 'status', 'readyReplicas'),
    ageOf(object),
  ];
}

function templateOf(object: JsonObject): JsonObject {
  return objectAt(object, 'spec', 'template', 'spec');
}

function jobStatus(job: JsonObject): string {
  const isTrue = (type: string) => holds(job, type);
  if (isTrue('Complete')) return 'Complete';
  if (isTrue('Failed')) return 'Failed';
  if (textAt(job, 'metadata', 'deletionTimestamp')) return 'Terminating';
  if (isTrue('Suspended')) return 'Suspended';
  if (isTrue('FailureTarget')) return 'FailureTarget';
  return isTrue('SuccessCriteriaMet') ? 'SuccessCriteriaMet' : 'Running';
}

function jobCompletions(job: JsonObject): string {
  const succeeded = numberAt(job, 'status', 'succeeded');
  const wanted = at(job, 'spec', 'completions');
  if (typeof wanted === 'number') return `${succeeded}/${wanted}`;
  const parallelism = numberAt(job, 'spec', 'parallelism');
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function jobDuration(job: JsonObject): Elapsed | string {
  const start = textAt(job, 'status', 'startTime');
  if (!start) return '';
  const end = textAt(job, 'status', 'completionTime');
  const startMs = Date.parse(start);
  return end ? humanDuration(Date.parse(end) - startMs) : new Elapsed(startMs);
}

function ownerText(owner: JsonObject | undefined): string {
  if (!owner) return none;
  const group = textAt(owner, 'apiVersion').split('/').slice(0, -1).join('');
  const kind = textAt(owner, 'kind').toLowerCase();
  return `${kind}${group && `.${group}`}/${textAt(owner, 'name')}`;
}

const maxTargetsShown = 2;

function autoscalerTargets(object: JsonObject): string {
  const specs = objectsAt(object, 'spec', 'metrics');
  if (specs.length === 0) return none;
  const statuses = objectsAt(object, 'status', 'currentMetrics');
  const texts = specs.map((spec, index) => metricText(spec, statuses[index]));
  const shown = texts.slice(0, maxTargetsShown).join(', ');
  return texts.length > maxTargetsShown ? `${shown} + ${texts.length - maxTargetsShown} more...` : shown;
}

const metricMembers: Readonly<Record<string, string>> = {
  External: 'external',
  Pods: 'pods',
  Object: 'object',
  Resource: 'resource',
  ContainerResource: 'containerResource',
};

function metricText(spec: JsonObject, status: JsonObject | undefined): string {
  const type = textAt(spec, 'type');
  const member = metricMembers[type];
  if (!member) return '<unknown type>';
  const source = objectAt(spec, member);
  const target = objectAt(source, 'target');
  const current = objectAt(status, member, 'current');
  const known = (value: Json | undefined) => (value === undefined ? '<unknown>' : String(value));
  if (type === 'Pods') return `${known(current['averageValue'])}/${known(target['averageValue'])}`;
  if (type === 'Resource' || type === 'ContainerResource') {
    const name = textAt(source, 'name');
    if (target['averageValue'] !== undefined) {
      return `${name}: ${known(current['averageValue'])}/${target['averageValue']}`;
    }
    const percent = (value: Json | undefined, absent: string) =>
      typeof value === 'number' ? `${value}%` : absent;
    return `${name}: ${percent(current['averageUtilization'], '<unknown>')}/${percent(target['averageUtilization'], '<auto>')}`;
  }
  if (target['averageValue'] !== undefined) {
    return `${known(current['averageValue'])}/${target['averageValue']} (avg)`;
  }
  return `${known(current['value'])}/${known(target['value'])}`;
}
