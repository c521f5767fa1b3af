/** JSON with colours for keys, texts, numbers and words. */
export function colorJson(json: string): string {
  const token = /("(?:\\.|[^"\\])*")(\s*:)?|\b(true|false|null)\b|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/g;
  return json.replace(token, (whole, text, colon, word, digits) => {
    if (colon !== undefined) return `${blue(text)}${colon}`;
    if (text !== undefined) return yellow(text);
    if (word !== undefined) return cyan(word);
    return digits === undefined ? whole : cyan(digits);
  });
}

/** YAML with coloured keys. */
export function colorYaml(yaml: string): string {
  return yaml.replace(
    /^( *(?:- )*)((?!- )[^\s:#][^:\n]*)(:)(?=\s|$)/gm,
    (_whole, lead, key, colon) => lead + blue(key) + colon,
  );
}

const paint = (code: number) => (text: string) => `\u001b[${code}m${text}\u001b[39m`;
const blue = paint(94);
const yellow = paint(33);
const cyan = paint(36);
