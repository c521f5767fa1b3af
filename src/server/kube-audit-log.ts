import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import type { AuditEvent, AuditSink } from '../apiserver/index.ts';
import { type Clock, CodedError, errorMessage, type Logger } from '../base/index.ts';
import { RotatingFile } from './rotating-file.ts';

/** How the real server's flags describe its audit log. */
export interface KubeAuditLogSettings {
  /** `-`: standard output. */
  readonly path: string;
  readonly format: 'json' | 'legacy';
  /** 0: files put aside are kept whatever their age. */
  readonly maxAgeDays: number;
  /** 0: all of them are kept. */
  readonly maxBackups: number;
  /** 0: 100, as in the real server. */
  readonly maxSizeMiB: number;
}

const mebibyte = 1024 * 1024;
const dayMs = 24 * 60 * 60 * 1000;
const kubeAuditLogLimits = {
  fileMiB: 100,
  /** What waits for whoever reads standard output; events on top of that are lost. */
  waitingBytes: 16 * mebibyte,
} as const;

interface Surroundings {
  readonly clock: Clock;
  readonly log: Logger;
}

/** The audit log of the clusters of one process: a line an event, written before the next one. */
export interface KubeAuditLog extends AuditSink {
  close(): void;
}

/** Throws CodedError `unavailable` for a file that cannot be written. */
export function openKubeAuditLog(settings: KubeAuditLogSettings, around: Surroundings): KubeAuditLog {
  if (settings.path === '-')
    return { name: 'log', take: (event) => toOutput(lineOf(event, settings)), close() {} };
  let file: RotatingFile;
  try {
    file = new RotatingFile(settings.path, {
      fileBytes: (settings.maxSizeMiB || kubeAuditLogLimits.fileMiB) * mebibyte,
      putAside: datedFiles(settings, around.clock),
    });
  } catch (thrown) {
    throw new CodedError('unavailable', `ensureLogFile: ${errorMessage(thrown)}`, thrown);
  }
  return {
    name: 'log',
    take(event) {
      const failedBefore = file.whyFailing !== undefined;
      if (file.write(lineOf(event, settings))) {
        if (failedBefore) around.log.info('the audit log of the clusters is written again');
        return true;
      }
      if (!failedBefore)
        around.log.error('the audit log of the clusters cannot be written', { error: file.whyFailing });
      return false;
    },
    close: () => file.close(),
  };
}

function lineOf(event: AuditEvent, { format }: KubeAuditLogSettings): string {
  return `${format === 'json' ? event.json : event.legacy}\n`;
}

function toOutput(line: string): boolean {
  const { stdout } = process;
  if (stdout.writableLength > kubeAuditLogLimits.waitingBytes) return false;
  stdout.write(line);
  return true;
}

/** Full files are called by the time they were full, as the real server calls them: `audit-2026-01-31T12-00-00.000.log`. */
function datedFiles({ maxAgeDays, maxBackups }: KubeAuditLogSettings, clock: Clock): (file: string) => void {
  return (file) => {
    const folder = dirname(file);
    const end = extname(file);
    const begin = `${basename(file, end)}-`;
    let nowMs = clock.now();
    const aside = () => join(folder, `${begin}${stampOf(nowMs)}${end}`);
    while (existsSync(aside())) nowMs++;
    renameSync(file, aside());
    const kept = readdirSync(folder)
      .filter((name) => isStamped(name, begin, end))
      .sort()
      .reverse();
    for (const [at, name] of kept.entries()) {
      const path = join(folder, name);
      // Somebody who writes to the same log may have deleted it already.
      const mtimeMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Number.POSITIVE_INFINITY;
      const isOld = maxAgeDays > 0 && clock.now() - mtimeMs > maxAgeDays * dayMs;
      if (isOld || (maxBackups > 0 && at >= maxBackups)) rmSync(path, { force: true });
    }
  };
}

/** Without colons, which not every file system takes. */
function stampOf(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 23).replaceAll(':', '-');
}

/** Files of others that happen to begin alike are left alone. */
function isStamped(name: string, begin: string, end: string): boolean {
  if (!name.startsWith(begin) || !name.endsWith(end)) return false;
  const stamp = name.slice(begin.length, name.length - end.length);
  return /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}$/.test(stamp);
}
