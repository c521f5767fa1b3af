import { badRequest } from '../../apimachinery/status.ts';

/** What rows of a Table carry besides cells. */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

/** Throws 400 for another word. */
export function readIncludeObject(text: string | null): IncludeObject {
  if (text === null || text === '' || text === 'Metadata') return 'Metadata';
  if (text === 'None' || text === 'Object') return text;
  throw badRequest(`unrecognized includeObject value: "${text}"`);
}
