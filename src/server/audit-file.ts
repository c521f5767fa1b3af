import { appendFileSync, closeSync, existsSync, fstatSync, mkdirSync, openSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { type AuditEvent, type AuditTrail, type Clock, errorMessage, type Logger } from '../base/index.ts';

export const auditLimits = {
  /** A file that has reached this size is put aside. */
  fileBytes: 8 * 1024 * 1024,
  /** Files put aside that are kept: `audit.jsonl.1` is the newest. */
  keptFiles: 5,
  /** Refusals written in one second; what is above is counted and told with the next event. */
  refusalsPerSecond: 100,
} as const;

/** A trail in one file (mode 0600), a JSON object a line: `time` first, then the event's members. */
export class AuditFile implements AuditTrail {
  readonly #file: string;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #fileBytes: number;
  #descriptor: number;
  #size: number;
  #second = 0;
  #refusals = 0;
  #leftOut = 0;
  #isFailing = false;

  constructor(options: { file: string; clock: Clock; log: Logger; fileBytes?: number }) {
    this.#file = options.file;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#fileBytes = options.fileBytes ?? auditLimits.fileBytes;
    mkdirSync(dirname(options.file), { recursive: true, mode: 0o700 });
    this.#descriptor = openSync(options.file, 'a', 0o600);
    this.#size = fstatSync(this.#descriptor).size;
  }

  record(event: AuditEvent): void {
    const nowMs = this.#clock.now();
    if (event.outcome === 'refused' && this.#isFlood(nowMs)) return;
    const leftOut = this.#leftOut === 0 ? {} : { refusalsLeftOut: this.#leftOut };
    const line = `${JSON.stringify({ time: new Date(nowMs).toISOString(), ...event, ...leftOut })}\n`;
    try {
      if (this.#size >= this.#fileBytes) this.#putAside();
      appendFileSync(this.#descriptor, line);
      this.#size += Buffer.byteLength(line);
      this.#leftOut = 0;
      this.#isFailing = false;
    } catch (thrown) {
      if (!this.#isFailing) {
        this.#log.error('the audit trail cannot be written', { error: errorMessage(thrown) });
      }
      this.#isFailing = true;
    }
  }

  close(): void {
    closeSync(this.#descriptor);
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

  #putAside(): void {
    for (let n = auditLimits.keptFiles - 1; n >= 1; n--) {
      if (existsSync(`${this.#file}.${n}`)) renameSync(`${this.#file}.${n}`, `${this.#file}.${n + 1}`);
    }
    renameSync(this.#file, `${this.#file}.1`);
    closeSync(this.#descriptor);
    this.#descriptor = openSync(this.#file, 'a', 0o600);
    this.#size = 0;
  }
}
