import { humanDuration } from '../../apimachinery/duration.ts';
import { at, nameOf, objectsAt, textAt } from '../../apimachinery/read.ts';
import type { JsonObject } from '../../base/index.ts';
import type { Cells } from '../built-in-kind.ts';
import { ageOf, none } from './texts.ts';

/** RoleBinding and ClusterRoleBinding. */
export const bindingCells: Cells = (object) => {
  const subjects = objectsAt(object, 'subjects');
  const names = (kind: string) =>
    subjects
      .filter((subject) => subject['kind'] === kind)
      .map(
        (subject) =>
          (kind === 'ServiceAccount' ? `${textAt(subject, 'namespace')}/` : '') + textAt(subject, 'name'),
      )
      .join(', ');
  return [
    nameOf(object),
    `${textAt(object, 'roleRef', 'kind')}/${textAt(object, 'roleRef', 'name')}`,
    ageOf(object),
    names('User'),
    names('Group'),
    names('ServiceAccount'),
  ];
};

const secondMs = 1000;

export const signingRequestCells: Cells = (object) => {
  const expiry = at(object, 'spec', 'expirationSeconds');
  return [
    nameOf(object),
    ageOf(object),
    textAt(object, 'spec', 'signerName') || none,
    textAt(object, 'spec', 'username'),
    typeof expiry === 'number' ? humanDuration(expiry * secondMs) : none,
    signingRequestState(object),
  ];
};

function signingRequestState(object: JsonObject): string {
  const types = new Set(objectsAt(object, 'status', 'conditions').map((condition) => condition['type']));
  const decision = types.has('Denied') ? 'Denied' : types.has('Approved') ? 'Approved' : 'Pending';
  const failed = types.has('Failed') ? ',Failed' : '';
  return `${decision}${failed}${textAt(object, 'status', 'certificate') ? ',Issued' : ''}`;
}
