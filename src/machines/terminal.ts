const keys = {
  interrupt: 3,
  end: 4,
  backspace: 8,
  lineFeed: 10,
  carriageReturn: 13,
  clear: 21,
  delete: 127,
} as const;

/** From so many characters on a line is taken as it is. */
const lineCharacters = 4_096;

/** What a terminal does between its user and a program: it shows what is typed, and hands over whole lines. */
export class Terminal {
  readonly #show: (bytes: Uint8Array) => Promise<void>;
  #typed: number[] = [];
  #waiting: Uint8Array = new Uint8Array();

  constructor(show: (bytes: Uint8Array) => Promise<void>) {
    this.#show = show;
  }

  /** What a program writes, as a terminal in raw mode wants it. */
  shown(bytes: Uint8Array): Uint8Array {
    return Buffer.from(Buffer.from(bytes).toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1');
  }

  /** The next line with its end; undefined when the user ends the input. */
  async line(input: AsyncIterator<Uint8Array>): Promise<Uint8Array | undefined> {
    for (;;) {
      while (this.#waiting.length > 0) {
        const [key = 0] = this.#waiting;
        this.#waiting = this.#waiting.subarray(1);
        const taken = await this.#take(key);
        if (taken !== 'more') return taken;
      }
      const next = await input.next();
      if (next.done) return undefined;
      this.#waiting = next.value;
    }
  }

  async #take(key: number): Promise<Uint8Array | undefined | 'more'> {
    if (key === keys.carriageReturn || key === keys.lineFeed || this.#typed.length >= lineCharacters) {
      await this.#show(Buffer.from('\r\n'));
      return this.#handOver();
    }
    if (key === keys.interrupt) {
      this.#typed = [];
      await this.#show(Buffer.from('^C\r\n'));
      return this.#handOver();
    }
    if (key === keys.end) return this.#typed.length > 0 ? this.#handOver() : undefined;
    if (key === keys.backspace || key === keys.delete) {
      if (this.#typed.pop() !== undefined) await this.#show(Buffer.from('\b \b'));
      return 'more';
    }
    if (key === keys.clear) {
      await this.#show(Buffer.from('\b \b'.repeat(this.#typed.length)));
      this.#typed = [];
      return 'more';
    }
    this.#typed.push(key);
    await this.#show(Buffer.from([key]));
    return 'more';
  }

  #handOver(): Uint8Array {
    const line = Buffer.from([...this.#typed, keys.lineFeed]);
    this.#typed = [];
    return line;
  }
}
