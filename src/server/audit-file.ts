import type { AuditEvent, AuditTrail, Clock, Logger } from '../base/index.ts';
import { numberedFiles, RotatingFile } from './rotating-file.ts';

export const auditLimits = {
  fileBytes: 8 * 1024 * 1024,
  keptFiles: 5,
  /** Refusals written in one second; what is above is counted and told with the next event. */
  refusalsPerSecond: 100,
  retryEveryMs: 1_000,
} as const;

/** A trail in one file (mode 0600), a JSON object a line: `time` first, then the event's members. */
export class AuditFile implements AuditTrail {
  readonly #file: RotatingFile;
  readonly #clock: Clock;
  readonly #log: Logger;
  #second = 0;
  #refusals = 0;
  #leftOut = 0;
  #lost = 0;
  #triedMs = 0;

  constructor(options: { file: string; clock: Clock; log: Logger; fileBytes?: number }) {
    const { fileBytes = auditLimits.fileBytes } = options;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#file = new RotatingFile(options.file, {
      fileBytes,
      putAside: numberedFiles(auditLimits.keptFiles),
    });
  }

  record(event: AuditEvent): void {
    if (event.outcome === 'refused' && this.#isFlood(this.#clock.now())) return;
    const { whyFailing } = this.#file;
    if (this.#write(event)) return;
    this.#lost++;
    if (whyFailing === undefined) {
      this.#log.error('the audit trail cannot be written', { error: this.#file.whyFailing });
    }
  }

  /** Why the trail is not whole; undefined when it is. While it fails, asking tries once a second whether there is room again. */
  whyFailing(): string | undefined {
    const nowMs = this.#clock.monotonic();
    if (this.#file.whyFailing !== undefined && nowMs - this.#triedMs >= auditLimits.retryEveryMs) {
      this.#triedMs = nowMs;
      this.#write({ event: 'trail-resumed', outcome: 'success' });
    }
    const reason = this.#file.whyFailing;
    return reason === undefined ? undefined : `${this.#lost} events were not written: ${reason}`;
  }

  close(): void {
    this.#file.close();
  }

  /** What could not be told before is counted in the first line that can be written. */
  #write(event: AuditEvent): boolean {
    const time = new Date(this.#clock.now()).toISOString();
    const counts = {
      ...(this.#leftOut > 0 && { refusalsLeftOut: this.#leftOut }),
      ...(this.#lost > 0 && { eventsLost: this.#lost }),
    };
    if (!this.#file.write(`${JSON.stringify({ time, ...event, ...counts })}\n`)) return false;
    this.#leftOut = 0;
    this.#lost = 0;
    return true;
  }

  #isFlood(nowMs: number): boolean {
    const second = Math.floor(nowMs / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#refusals = 0;
    }
    this.#refusals++;
    if (this.#refusals <= auditLimits.refusalsPerSecond) return false;
    this.#leftOut++;
    return true;
  }
}
