import type { HttpRequest } from '../../http/contract.ts';
import type { Rendering } from './accept.ts';

/** Words that Go reads as true. */
const yes: ReadonlySet<string> = new Set(['1', 't', 'T', 'true', 'TRUE', 'True']);
/** Programs behind which a person sits. */
const readers = ['curl', 'Wget', 'Mozilla/5.0'];

/** Whether JSON is to have line breaks and blanks: the media type, the query or the program says so, in this order. */
export function wantsPretty(request: HttpRequest, { format, pretty }: Rendering): boolean {
  if (format !== 'json') return false;
  if (pretty) return true;
  const asked = request.rawQuery === '' ? null : request.query.get('pretty');
  if (asked) return yes.has(asked);
  const program = request.header('user-agent');
  return program !== undefined && readers.some((name) => program.startsWith(name));
}
