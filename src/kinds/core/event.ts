import { textAt } from '../../apimachinery/read.ts';
import { invalid } from '../../apimachinery/validation/errors.ts';
import type { BuiltInKind } from '../built-in-kind.ts';
import { eventCells, eventColumns, validateNewEvent } from '../shared/events.ts';
import { textField } from '../shared/field-selectors.ts';

/** Events of core/v1; what old recorders send is let through. */
export const event: BuiltInKind = {
  group: '',
  versions: [{ version: 'v1' }],
  resource: 'events',
  kind: 'Event',
  scope: 'Namespaced',
  shortNames: ['ev'],
  columns: {
    definitions: eventColumns,
    cells: eventCells,
  },
  selectable: {
    'involvedObject.kind': textField('involvedObject', 'kind'),
    'involvedObject.namespace': textField('involvedObject', 'namespace'),
    'involvedObject.name': textField('involvedObject', 'name'),
    'involvedObject.uid': textField('involvedObject', 'uid'),
    'involvedObject.apiVersion': textField('involvedObject', 'apiVersion'),
    'involvedObject.resourceVersion': textField('involvedObject', 'resourceVersion'),
    'involvedObject.fieldPath': textField('involvedObject', 'fieldPath'),
    reason: textField('reason'),
    reportingComponent: textField('reportingComponent'),
    source: (event) => textField('source', 'component')(event) || textField('reportingComponent')(event),
    type: textField('type'),
  },
  quirks: { createOnUpdate: true, expires: true, looseMetadata: true },
  validateCreate(event) {
    const namespace = textAt(event, 'metadata', 'namespace');
    const involved = textAt(event, 'involvedObject', 'namespace');
    const isNew = textAt(event, 'eventTime') !== '';
    const allowed = involved === '' ? ['', 'default', ...(isNew ? ['kube-system'] : [])] : [involved];
    const errors =
      allowed.includes(namespace) || (isNew && involved !== '')
        ? []
        : [invalid('involvedObject.namespace', involved, 'does not match event.namespace')];
    return isNew ? [...errors, ...validateNewEvent(event, 'reportingComponent', 'message')] : errors;
  },
};
