import { maybeObjectAt, numberAt, textAt } from '../../apimachinery/read.ts';
import { invalid, required } from '../../apimachinery/validation/errors.ts';
import type { BuiltInKind } from '../built-in-kind.ts';
import { coreEvent, eventCells, eventColumns, eventConversion, validateNewEvent } from '../shared/events.ts';
import { textField } from '../shared/field-selectors.ts';

/** The same events as those of core, under other names. */
export const eventOfEvents: BuiltInKind = {
  group: 'events.k8s.io',
  versions: [{ version: 'v1', conversion: eventConversion }],
  resource: 'events',
  kind: 'Event',
  scope: 'Namespaced',
  shortNames: ['ev'],
  columns: {
    definitions: eventColumns,
    cells: (event) => eventCells(coreEvent(event)),
  },
  selectable: {
    'regarding.kind': textField('regarding', 'kind'),
    'regarding.namespace': textField('regarding', 'namespace'),
    'regarding.name': textField('regarding', 'name'),
    'regarding.uid': textField('regarding', 'uid'),
    'regarding.apiVersion': textField('regarding', 'apiVersion'),
    'regarding.resourceVersion': textField('regarding', 'resourceVersion'),
    'regarding.fieldPath': textField('regarding', 'fieldPath'),
    reason: textField('reason'),
    reportingController: textField('reportingController'),
    type: textField('type'),
  },
  storage: { group: '', version: 'v1' },
  quirks: { createOnUpdate: true, expires: true },
  validateCreate(event) {
    const errors = validateNewEvent(event, 'reportingController', 'note');
    if (!textAt(event, 'eventTime')) errors.push(required('eventTime'));
    const type = textAt(event, 'type');
    if (type !== 'Normal' && type !== 'Warning')
      errors.push(invalid('type', '', `has invalid value: ${type}`));
    for (const [member, name] of [
      ['deprecatedFirstTimestamp', 'firstTimestamp'],
      ['deprecatedLastTimestamp', 'lastTimestamp'],
    ] as const) {
      if (textAt(event, member)) errors.push(invalid(name, '', 'needs to be unset'));
    }
    if (numberAt(event, 'deprecatedCount') !== 0) errors.push(invalid('count', '', 'needs to be unset'));
    const source = maybeObjectAt(event, 'deprecatedSource');
    if (source && Object.keys(source).length > 0) errors.push(invalid('source', '', 'needs to be unset'));
    return errors;
  },
};
