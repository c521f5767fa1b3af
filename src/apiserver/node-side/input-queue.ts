/** Bytes that come in, at the pace of whoever takes them. */
export class InputQueue implements AsyncIterable<Uint8Array> {
  readonly #flow: { pause(): void; resume(): void };
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #isPaused = false;
  #isOver = false;
  #wake: () => void = () => {};

  constructor(flow: { pause(): void; resume(): void }) {
    this.#flow = flow;
  }

  push(bytes: Uint8Array): void {
    if (this.#isOver || bytes.length === 0) return;
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes > fullBytes && !this.#isPaused) {
      this.#isPaused = true;
      this.#flow.pause();
    }
    this.#wake();
  }

  end(): void {
    this.#isOver = true;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    for (;;) {
      const next = this.#waiting.shift();
      if (next) {
        this.#waitingBytes -= next.length;
        if (this.#isPaused && this.#waitingBytes < fullBytes / 2) {
          this.#isPaused = false;
          this.#flow.resume();
        }
        yield next;
      } else if (this.#isOver) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

/** From so many waiting bytes on, nothing more is read. */
const fullBytes = 1024 * 1024;
