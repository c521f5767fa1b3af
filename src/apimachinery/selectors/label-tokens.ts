/** `word`: a key, a value, `in` or `notin`; `end`; signs are types of their own. */
export interface SelectorToken {
  readonly type: string;
  readonly text: string;
}

const token = /[ \t\r\n]*(?:(==|!=|[=!><(),])|([^=!<>(), \t\r\n]+))/y;
const end: SelectorToken = { type: 'end', text: '' };

/** The words and signs of a label selector, one by one. A NUL character ends it, as in the real server. */
export class SelectorTokens {
  readonly #text: string;
  #at = 0;
  #peeked: SelectorToken | undefined;

  constructor(text: string) {
    const nul = text.indexOf('\0');
    this.#text = nul < 0 ? text : text.slice(0, nul);
  }

  peek(): SelectorToken {
    this.#peeked ??= this.#read();
    return this.#peeked;
  }

  next(): SelectorToken {
    const found = this.peek();
    this.#peeked = undefined;
    return found;
  }

  #read(): SelectorToken {
    token.lastIndex = this.#at;
    const found = token.exec(this.#text);
    if (!found) return end;
    this.#at = token.lastIndex;
    const [, sign, word = ''] = found;
    return sign === undefined ? { type: 'word', text: word } : { type: sign, text: sign };
  }
}
