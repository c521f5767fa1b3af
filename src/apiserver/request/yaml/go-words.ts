import type { YAMLException } from 'js-yaml';

/**
 * What the real server's reader of YAML says of a text that ours refuses: of a collection or a quoted text that does not end in its
 * words and with its count of lines, which begins at 0 and is left out then; of all else in ours.
 */
export function inGoWords({ reason, mark }: YAMLException, text: string): string {
  if (reason === 'unexpected end of the stream within a flow collection') {
    return `line ${linesOf(text)}: ${missing(text)}`;
  }
  if (/^unexpected end of the stream within a (?:single|double) quoted scalar$/.test(reason)) {
    const line = text.split('\n').length;
    return `${line > 1 ? `line ${line}: ` : ''}found unexpected end of stream`;
  }
  return `${mark ? `line ${mark.line + 1}: ` : ''}${reason}`;
}

/** The end of a stream begins a line. */
function linesOf(text: string): number {
  return text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
}

function missing(text: string): string {
  const last = text.trimEnd().at(-1) ?? '';
  if ('[{,:'.includes(last)) return 'did not find expected node content';
  return `did not find expected ',' or '${innermost(text) === '{' ? '}' : ']'}'`;
}

/** The bracket that was opened last and not closed; what stands in quotes does not count. Takes time in proportion to the text. */
function innermost(text: string): string | undefined {
  const open: string[] = [];
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const mark = text[at] ?? '';
    if (quote !== '') {
      if (mark === '\\' && quote === '"') at++;
      else if (mark === quote) quote = '';
    } else if (mark === '"' || mark === "'") quote = mark;
    else if (mark === '[' || mark === '{') open.push(mark);
    else if (mark === ']' || mark === '}') open.pop();
  }
  return open.at(-1);
}
