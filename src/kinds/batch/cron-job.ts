import type { FieldError } from '../../apimachinery/contract.ts';
import { isTimeZone, parseSchedule } from '../../apimachinery/cron/schedule.ts';
import { since } from '../../apimachinery/duration.ts';
import { at, listAt, nameOf, objectAt, textAt } from '../../apimachinery/read.ts';
import { child, invalid, notSupported, required } from '../../apimachinery/validation/errors.ts';
import { validateChoice, validateNotNegative } from '../../apimachinery/validation/values.ts';
import type { JsonObject } from '../../base/index.ts';
import type { BuiltInKind } from '../built-in-kind.ts';
import { ageOf, containerCells, none, selectorCell, unset } from '../shared/cells.ts';
import { validateJobSpec } from '../shared/job-spec.ts';
import { indexWarnings, ofTemplate } from '../shared/template-warnings.ts';
import { templateOf } from '../shared/workload-cells.ts';

export const cronJob: BuiltInKind = {
  group: 'batch',
  versions: [{ version: 'v1' }],
  resource: 'cronjobs',
  kind: 'CronJob',
  scope: 'Namespaced',
  shortNames: ['cj'],
  categories: ['all'],
  subresources: { status: 'get patch update' },
  columns: {
    definitions: [
      'Name|string|name|0',
      'Schedule',
      'Timezone',
      'Suspend|boolean||0',
      'Active|integer||0',
      'Last Schedule',
      'Age',
      'Containers|string||1',
      'Images|string||1',
      'Selector|string||1',
    ],
    cells(object) {
      const lastSchedule = textAt(object, 'status', 'lastScheduleTime');
      const suspend = at(object, 'spec', 'suspend');
      const job = objectAt(object, 'spec', 'jobTemplate');
      return [
        nameOf(object),
        textAt(object, 'spec', 'schedule'),
        textAt(object, 'spec', 'timeZone') || none,
        suspend === true ? 'True' : suspend === false ? 'False' : unset,
        listAt(object, 'status', 'active').length,
        lastSchedule ? since(lastSchedule) : none,
        ageOf(object),
        ...containerCells(templateOf(job)),
        selectorCell(objectAt(job, 'spec', 'selector')),
      ];
    },
  },
  quirks: { hasGeneration: true },
  validate(cronJob) {
    const spec = objectAt(cronJob, 'spec');
    const job = objectAt(spec, 'jobTemplate', 'spec');
    const path = 'spec.jobTemplate.spec';
    const errors = [
      ...validateSchedule(spec),
      ...validateNotNegative(spec, 'spec', 'startingDeadlineSeconds'),
      ...validateTimeZone(spec),
      ...validateChoice(spec, 'spec', 'concurrencyPolicy', ['Allow', 'Forbid', 'Replace']),
      ...validateJobSpec(job, path),
      ...validateNotNegative(spec, 'spec', 'successfulJobsHistoryLimit', 'failedJobsHistoryLimit'),
    ];
    if (job['selector'] !== undefined) {
      errors.push(invalid(child(path, 'selector'), job['selector'], '`selector` will be auto-generated'));
    }
    if (job['manualSelector'] === true) {
      errors.push(notSupported(child(path, 'manualSelector'), true, ['nil', 'false']));
    }
    return errors;
  },
  validateCreate(cronJob) {
    const name = textAt(cronJob, 'metadata', 'name');
    if (name.length <= maxCronJobNameLength) return [];
    return [invalid('metadata.name', name, `must be no more than ${maxCronJobNameLength} characters`)];
  },
  warnings: ofTemplate('spec.jobTemplate.spec.template', true, indexWarnings('spec.jobTemplate.spec')),
};

const maxCronJobNameLength = 52;

function validateSchedule(spec: JsonObject): FieldError[] {
  const schedule = textAt(spec, 'schedule');
  if (!schedule) return [required('spec.schedule')];
  const parsed = parseSchedule(schedule);
  const errors = 'problem' in parsed ? [invalid('spec.schedule', schedule, parsed.problem)] : [];
  if (schedule.includes('TZ')) {
    const detail = 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead';
    errors.push(invalid('spec.schedule', schedule, detail));
  }
  return errors;
}

function validateTimeZone(spec: JsonObject): FieldError[] {
  const zone = spec['timeZone'];
  if (typeof zone !== 'string') return [];
  if (zone === '') return [invalid('spec.timeZone', zone, 'timeZone must be nil or non-empty string')];
  if (zone.toLowerCase() === 'local') {
    return [
      invalid(
        'spec.timeZone',
        zone,
        'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones',
      ),
    ];
  }
  return isTimeZone(zone) ? [] : [invalid('spec.timeZone', zone, `unknown time zone ${zone}`)];
}
