const longestSeconds = 32;

/**
 * After how many seconds those come again who were refused: twice as long while many are refused, and shorter again afterwards.
 */
export class RetryAfter {
  #seconds = 1;
  #changedAt = 0;
  #second = 0;
  #refused = 0;
  #history: { readonly second: number; readonly refused: number }[] = [];

  get seconds(): number {
    return this.#seconds;
  }

  /** One more was refused. `second`: whole seconds of the clock. */
  note(second: number): void {
    if (second === this.#second) {
      this.#refused++;
      return;
    }
    const remembered = Math.min(2 * this.#seconds, longestSeconds);
    this.#history.push({ second: this.#second, refused: this.#refused });
    this.#history = this.#history.filter((each) => this.#second - each.second <= remembered);
    this.#second = second;
    this.#refused = 1;
    this.#adjust(second);
  }

  #adjust(second: number): void {
    const refused = this.#history
      .filter((each) => second - each.second <= this.#seconds)
      .reduce((sum, each) => sum + each.refused, 0);
    if (second - this.#changedAt >= this.#seconds && refused >= 3 * this.#seconds) {
      this.#seconds = Math.min(2 * this.#seconds, longestSeconds);
      this.#changedAt = second;
    } else if (refused < this.#seconds && this.#seconds > 1) this.#seconds--;
  }
}
