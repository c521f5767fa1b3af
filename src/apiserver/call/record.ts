/** What is told of a call afterwards, besides its answer; verbs and steps add to it. */
export class CallRecord {
  #annotations: Record<string, string> | undefined;
  /** How long it waited for others than this server: webhooks, its turn in a queue. */
  outsideMs = 0;

  /** For the audit log: `plug-in/key` and its value. */
  get annotations(): Record<string, string> {
    this.#annotations ??= {};
    return this.#annotations;
  }

  /** The same, undefined when there are none. */
  get annotated(): Readonly<Record<string, string>> | undefined {
    return this.#annotations;
  }
}
