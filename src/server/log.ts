import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { pino } from 'pino';
import type { LogFields, Logger } from '../base/index.ts';

/** A logger that writes one JSON line per event to `file` (mode 0600). */
export function fileLogger(file: string): { readonly log: Logger; close(): void } {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const destination = pino.destination({ dest: file, mode: 0o600, sync: true });
  const root = pino(
    {
      level: process.env['DRYDOCK_LOG_LEVEL'] ?? 'info',
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    destination,
  );
  return { log: adapt(root), close: () => destination.end() };
}

type PinoLogger = Pick<ReturnType<typeof pino>, 'debug' | 'info' | 'warn' | 'error'> & {
  child(fields: LogFields): PinoLogger;
};

function adapt(inner: PinoLogger): Logger {
  return {
    debug: (message, fields) => inner.debug(fields ?? {}, message),
    info: (message, fields) => inner.info(fields ?? {}, message),
    warn: (message, fields) => inner.warn(fields ?? {}, message),
    error: (message, fields) => inner.error(fields ?? {}, message),
    with: (fields) => adapt(inner.child(fields)),
  };
}
