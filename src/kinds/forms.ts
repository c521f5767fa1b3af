import type { SchemaNode } from '../apimachinery/contract.ts';
import { parseQuantity, quantityRule } from '../apimachinery/quantity.ts';
import { canonicalTime } from '../apimachinery/timestamps.ts';
import type { Json } from '../base/index.ts';

const microForm = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}(Z|[+-]\d\d:\d\d)$/;
const base64Form = /^[A-Za-z0-9+/\r\n]*={0,2}$/;

/**
 * What is wrong with the text of a scalar of a built-in type (a quantity, a time, base64), in the words of the Go decoder; undefined when
 * nothing is. The answer of a server is 400, as with a value of the wrong type.
 */
export function formProblem(value: Json, node: SchemaNode): string | undefined {
  switch (node.format) {
    case 'quantity':
      return value === '' || parseQuantity(value) === undefined ? quantityRule : undefined;
    case 'date-time':
      return typeof value === 'string' && value !== '' && canonicalTime(value) === undefined
        ? timeProblem(value, '2006-01-02T15:04:05Z07:00')
        : undefined;
    case 'micro-time':
      return typeof value === 'string' && value !== '' && !microForm.test(value)
        ? timeProblem(value, '2006-01-02T15:04:05.000000Z07:00')
        : undefined;
    case 'byte':
      return typeof value === 'string' ? base64Problem(value) : undefined;
    default:
      return undefined;
  }
}

/** Go names the first part of the layout that the text does not fill. */
function timeProblem(text: string, layout: string): string {
  const parts = [
    ['2006', /^\d{4}/],
    ['-', /^-/],
    ['01', /^\d\d/],
    ['-', /^-/],
    ['02', /^\d\d/],
    ['T', /^T/],
    ['15', /^\d\d/],
    [':', /^:/],
    ['04', /^\d\d/],
    [':', /^:/],
    ['05', /^\d\d/],
    ...(layout.includes('.') ? ([['.000000', /^\.\d{6}/]] as const) : []),
    ['Z07:00', /^(Z|[+-]\d\d:\d\d)$/],
  ] as const;
  let rest = layout.includes('.') ? text : text.replace(/\.\d+/, '');
  for (const [part, form] of parts) {
    const match = form.exec(rest);
    if (!match) {
      const quoted = JSON.stringify(rest);
      return `parsing time ${JSON.stringify(text)} as ${JSON.stringify(layout)}: cannot parse ${quoted} as ${JSON.stringify(part)}`;
    }
    rest = rest.slice(match[0].length);
  }
  return `parsing time ${JSON.stringify(text)}: out of range`;
}

function base64Problem(text: string): string | undefined {
  const wrong = [...text].findIndex((character) => !/[A-Za-z0-9+/=\r\n]/.test(character));
  if (wrong >= 0) return `illegal base64 data at input byte ${wrong}`;
  const length = text.replace(/[\r\n]/g, '').length;
  if (base64Form.test(text) && length % 4 === 0) return undefined;
  return `illegal base64 data at input byte ${Math.max(0, length - (length % 4))}`;
}
