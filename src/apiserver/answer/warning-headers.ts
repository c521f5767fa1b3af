/** Characters of all warnings of one answer, from where on each of them is cut. */
const totalCharacters = 4 * 1024;
const cutCharacters = 256;

/** `Warning` headers for texts, each once; where they are too long together each is cut, and those past the total go. */
export function warningHeaders(texts: readonly string[]): readonly string[] {
  const once = [...new Set(texts.filter((text) => text !== ''))];
  if (once.reduce((sum, { length }) => sum + length, 0) <= totalCharacters) return once.map(headerOf);
  const headers: string[] = [];
  let written = 0;
  for (const text of once) {
    if (written >= totalCharacters) break;
    const cut = [...text.slice(0, 2 * cutCharacters)].slice(0, cutCharacters).join('');
    headers.push(headerOf(cut));
    written += cut.length;
  }
  return headers;
}

function headerOf(text: string): string {
  const quoted = text.replace(/[\\"]/g, '\\$&').replace(/\p{C}/gu, '?');
  // Headers are bytes, and these are UTF-8: each stands as a character of its own.
  return `299 - "${Buffer.from(quoted, 'utf8').toString('latin1')}"`;
}
