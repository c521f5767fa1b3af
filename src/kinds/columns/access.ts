import { nameOf, objectsAt, textAt } from '../../apimachinery/read.ts';
import type { Cells } from '../built-in-kind.ts';
import { ageOf } from './texts.ts';

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
