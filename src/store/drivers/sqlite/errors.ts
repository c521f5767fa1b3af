import { CodedError, errorMessage } from '../../../base/index.ts';

/** Another process holds the database. */
export class StoreLocked extends CodedError {
  constructor(file: string, detail?: unknown) {
    super('unavailable', `The database ${file} is in use by another process; stop that one first.`, detail);
    this.name = 'StoreLocked';
  }
}

/** What is on disk is not what was acknowledged; nothing was changed. */
export class StoreDamaged extends CodedError {
  /** Sentences, worst first. */
  readonly problems: readonly string[];

  constructor(file: string, problems: readonly string[]) {
    super('internal', `The database ${file} is damaged: ${problems.join(' ')}`);
    this.name = 'StoreDamaged';
    this.problems = problems;
  }
}

/**
 * The primary result code of an SQLite error; undefined for other errors. No number that is written here is above what
 * JavaScript can count: one that is read is damage, of which only Node knows.
 */
export function sqliteCode(thrown: unknown): number | undefined {
  if (!(thrown instanceof Error)) return undefined;
  if ('code' in thrown && thrown.code === 'ERR_OUT_OF_RANGE') return sqliteCodes.corrupt;
  if (!('errcode' in thrown)) return undefined;
  return Number(thrown.errcode) & 0xff;
}

export const sqliteCodes = {
  none: 0,
  busy: 5,
  locked: 6,
  readOnly: 8,
  inputOutput: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  notADatabase: 26,
} as const;

/** Why the disk did not do as told, as a sentence for people. */
export function diskReason(thrown: unknown): string {
  const { readOnly, inputOutput, corrupt, full, cannotOpen, notADatabase } = sqliteCodes;
  const known = new Map<number | undefined, string>([
    [readOnly, 'it cannot be written to: the file or its disk is read-only'],
    [inputOutput, 'the disk reports an error, or is full'],
    [corrupt, 'its contents are damaged'],
    [full, 'the disk is full: make room'],
    [cannotOpen, 'the file cannot be opened: look at its folder, its mode and the limit of open files'],
    [notADatabase, 'the file is no database'],
  ]).get(sqliteCode(thrown));
  return known ? `${known} (${errorMessage(thrown)})` : errorMessage(thrown);
}

/** Turns what SQLite or the file system threw while opening into a refusal with its reason. */
export function openFailure(file: string, thrown: unknown): CodedError {
  if (thrown instanceof CodedError) return thrown;
  const code = sqliteCode(thrown);
  if (code === sqliteCodes.busy || code === sqliteCodes.locked) return new StoreLocked(file, thrown);
  if (code === sqliteCodes.corrupt || code === sqliteCodes.notADatabase) {
    return new StoreDamaged(file, [`${sentence(diskReason(thrown))}`]);
  }
  return new CodedError(
    'unavailable',
    `The database ${file} cannot be opened: ${diskReason(thrown)}.`,
    thrown,
  );
}

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
}
