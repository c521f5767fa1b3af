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
import type { JsonObject } from '../../base/index.ts';
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
export const unsetText = '<unset>';

export const controllerRevisionCells: Cells = (object) => {
  const owner = objectsAt(object, 'metadata', 'ownerReferences').find((ref) => flagAt(ref, 'controller'));
  return [nameOf(object), ownerText(owner), numberAt(object, 'revision'), ageOf(object)];
};

export const podTemplateCells: Cells = (object) => [
  nameOf(object),
  ...containerCells(objectAt(object, 'template', 'spec')),
  labelsText(objectAt(object, 'template', 'metadata', 'labels')),
];

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
