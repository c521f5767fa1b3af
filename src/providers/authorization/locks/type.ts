import { ArmError, type ResourceType, type ResourceWrite } from '../../../arm/index.ts';
import { isObject } from '../../../base/index.ts';
import { deserializes } from '../../deserialized.ts';
import type { Shape } from '../../shape.ts';

const levels = ['CanNotDelete', 'ReadOnly'] as const;
const noteCharacters = 512;
const shape: Shape = { level: 'text', notes: 'text', owners: [{ applicationId: 'text' }] };

/**
 * Microsoft.Authorization/locks, behind any id; the pipeline honours them.
 * Source: https://learn.microsoft.com/rest/api/resources/management-locks
 */
export const locks: ResourceType = {
  namespace: 'Microsoft.Authorization',
  type: 'locks',
  apiVersions: ['2020-05-01', '2017-04-01', '2016-09-01', '2015-01-01'],
  lowestApiVersion: '2015-01-01',
  scope: 'extension',
  name: {
    pattern: /^[\p{L}\p{Nd}_\-.()]{0,89}[\p{L}\p{Nd}_\-()]$/u,
    rule: '1 to 90 letters, digits, underscores, hyphens, periods and parentheses, not ending in a period',
  },
  lifecycle: 'immediate',
  verbs: ['get', 'list', 'put', 'delete'],
  provisioningState: false,
  conform: deserializes(shape, { keepsUnknown: true }),
  prepare: prepareLock,
};

function prepareLock({ body }: ResourceWrite) {
  const sent = isObject(body.properties) ? body.properties : {};
  const level = levels.find((known) => known.toLowerCase() === String(sent.level).toLowerCase());
  if (!level) {
    throw new ArmError(
      400,
      'LockLevelNotValid',
      `The lock level '${String(sent.level ?? '')}' is not valid. It must be one of: ${levels.join(', ')}.`,
    );
  }
  const { notes, owners } = sent;
  if (notes !== undefined && (typeof notes !== 'string' || notes.length > noteCharacters)) {
    throw new ArmError(
      400,
      'LockNotesNotValid',
      `The notes of a lock have at most ${noteCharacters} characters.`,
    );
  }
  return {
    properties: { level, ...(notes !== undefined && { notes }), ...(owners !== undefined && { owners }) },
  };
}
