import type { FieldError, VersionConversion } from '../../apimachinery/contract.ts';
import { since } from '../../apimachinery/duration.ts';
import { maybeObjectAt, nameOf, numberAt, textAt } from '../../apimachinery/read.ts';
import { invalid, invalidEach, required } from '../../apimachinery/validation/errors.ts';
import { qualifiedName } from '../../apimachinery/validation/names.ts';
import type { Json, JsonObject } from '../../base/index.ts';
import type { Cells } from '../built-in-kind.ts';
import { normalize } from '../normalize.ts';

/** Names of event fields: in core/v1, which is how events are stored, and in events.k8s.io/v1. */
const eventFields = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
  ['reportingComponent', 'reportingController'],
] as const;

/** To and from the form of core/v1. */
export const eventConversion: VersionConversion = {
  fromStorage(event) {
    for (const [core, renamed] of eventFields) rename(event, core, renamed);
    normalize(event, 'events.v1.Event');
  },
  toStorage(event) {
    for (const [core, renamed] of eventFields) rename(event, renamed, core);
    normalize(event, 'core.v1.Event');
  },
};

/** An event of events.k8s.io with the names of core/v1; the object itself stays as it is. */
export function coreEvent(event: JsonObject): JsonObject {
  const names = new Map<string, string>(eventFields.map(([core, renamed]) => [renamed, core]));
  return Object.fromEntries(Object.entries(event).map(([name, value]) => [names.get(name) ?? name, value]));
}

function rename(object: JsonObject, from: string, to: string): void {
  const value: Json | undefined = object[from];
  if (value === undefined) return;
  delete object[from];
  object[to] = value;
}

/** Columns of events of both groups. */
export const eventColumns = [
  'Last Seen',
  'Type',
  'Reason',
  'Object',
  'Subobject|string||1',
  'Source|string||1',
  'Message',
  'First Seen|string||1',
  'Count|string||1',
  'Name|string|name|1',
];

/** Core events; those of `events.k8s.io` are converted to this form before. */
export const eventCells: Cells = (event) => {
  const series = maybeObjectAt(event, 'series');
  const first = since(textAt(event, 'firstTimestamp') || textAt(event, 'eventTime'));
  const lastTimestamp = textAt(event, 'lastTimestamp');
  const last = lastTimestamp ? since(lastTimestamp) : first;
  const kind = textAt(event, 'involvedObject', 'kind').toLowerCase();
  const name = textAt(event, 'involvedObject', 'name');
  return [
    series ? since(textAt(series, 'lastObservedTime')) : last,
    textAt(event, 'type'),
    textAt(event, 'reason'),
    name ? `${kind}/${name}` : kind,
    textAt(event, 'involvedObject', 'fieldPath'),
    eventSource(event),
    textAt(event, 'message').trim(),
    first,
    series ? numberAt(series, 'count') : numberAt(event, 'count') || 1,
    nameOf(event),
  ];
};

function eventSource(event: JsonObject): string {
  const component = textAt(event, 'source', 'component') || textAt(event, 'reportingComponent');
  const host = textAt(event, 'source', 'host') || textAt(event, 'reportingInstance');
  return host ? `${component}, ${host}` : component;
}

const maxEventReasonLength = 128;
const maxEventMessageLength = 1024;

/** Field errors of an event that names its time; members are called otherwise in each group. */
export function validateNewEvent(
  event: JsonObject,
  controllerMember: string,
  noteMember: string,
): FieldError[] {
  const controller = textAt(event, controllerMember);
  const errors = controller ? [] : [required(controllerMember)];
  errors.push(...invalidEach(controllerMember, controller, qualifiedName(controller)));
  for (const member of ['reportingInstance', 'action', 'reason']) {
    const text = textAt(event, member);
    if (!text) errors.push(required(member));
    if (text.length > maxEventReasonLength) {
      errors.push(invalid(member, '', `can have at most ${maxEventReasonLength} characters`));
    }
  }
  if (textAt(event, noteMember).length > maxEventMessageLength) {
    errors.push(invalid('message', '', `can have at most ${maxEventMessageLength} characters`));
  }
  return errors;
}
