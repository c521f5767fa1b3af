/** Reading DER (ITU-T X.690): elements with a definite length. */

/** One element. */
export interface Element {
  readonly tag: number;
  readonly content: Buffer;
  /** With tag and length. */
  readonly whole: Buffer;
}

const longestLengthBytes = 4;

/** The element that begins at `start`. Throws an Error for what is none. */
export function readElement(bytes: Buffer, start: number): Element {
  const [tag, first] = [bytes[start], bytes[start + 1]];
  if (tag === undefined || first === undefined) throw malformed();
  const extra = first < 0x80 ? 0 : first & 0x7f;
  if (extra > longestLengthBytes || first === 0x80 || start + 2 + extra > bytes.length) throw malformed();
  const length = extra === 0 ? first : bytes.readUIntBE(start + 2, extra);
  const begin = start + 2 + extra;
  if (begin + length > bytes.length) throw malformed();
  return {
    tag,
    content: bytes.subarray(begin, begin + length),
    whole: bytes.subarray(start, begin + length),
  };
}

/** The elements that it is made of. */
export function childrenOf({ content }: Element): Element[] {
  const children: Element[] = [];
  for (let at = 0; at < content.length; ) {
    const child = readElement(content, at);
    children.push(child);
    at += child.whole.length;
  }
  return children;
}

/** Says that what was to be read is no DER. */
export function malformed(): Error {
  return new Error('asn1: structure error: the request is malformed');
}
