import { pino } from 'pino';
import type { LogFields, Logger } from '../base/index.ts';
import { numberedFiles, RotatingFile } from './rotating-file.ts';

const logLimits = { fileBytes: 16 * 1024 * 1024, keptFiles: 3 } as const;

/**
 * A logger that writes one JSON line per event to `file` (mode 0600), which is put aside when it is full. A disk that
 * takes no more lines stops nobody.
 */
export function fileLogger(file: string): { readonly log: Logger; close(): void } {
  const destination = new RotatingFile(file, {
    fileBytes: logLimits.fileBytes,
    putAside: numberedFiles(logLimits.keptFiles),
  });
  const root = pino(
    {
      level: process.env['DRYDOCK_LOG_LEVEL'] ?? 'info',
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    { write: (line: string) => void destination.write(line) },
  );
  return { log: adapt(root), close: () => destination.close() };
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
