import type { FieldError } from '../../../apimachinery/contract.ts';
import type { Labels } from '../../../apimachinery/selectors/labels.ts';
import { invalid, key } from '../../../apimachinery/validation/errors.ts';

const levels = ['privileged', 'baseline', 'restricted'] as const;
export type Level = (typeof levels)[number];

/** A level of the Pod Security Standards, as of a version 1.x of Kubernetes. */
export interface Standard {
  readonly level: Level;
  /** Undefined: the latest. */
  readonly minor: number | undefined;
}

/** What the labels of a namespace ask for. */
export interface Policy {
  readonly enforce: Standard;
  readonly audit: Standard;
  readonly warn: Standard;
}

const prefix = 'pod-security.kubernetes.io/';
const free: Standard = { level: 'privileged', minor: undefined };
const freePolicy = {
  policy: { enforce: free, audit: free, warn: free },
  errors: [] as readonly FieldError[],
};

/** `restricted:latest`, `baseline:v1.25`. */
export function standardText({ level, minor }: Standard): string {
  return `${level}:${minor === undefined ? 'latest' : `v1.${minor}`}`;
}

export function isSameStandard(a: Standard, b: Standard): boolean {
  return a.level === b.level && a.minor === b.minor;
}

/** Above zero when `a` is stricter than `b`. */
export function compareLevels(a: Level, b: Level): number {
  return levels.indexOf(a) - levels.indexOf(b);
}

/** What labels ask for; where one cannot be read pods are enforced as strictly as can be, and neither audited nor warned about by it. */
export function policyOf(labels: Labels | undefined): { policy: Policy; errors: readonly FieldError[] } {
  if (!labels || !Object.keys(labels).some((label) => label.startsWith(prefix))) return freePolicy;
  const errors: FieldError[] = [];
  const enforceLevel = readLevel(labels, 'enforce', errors);
  const enforce: Standard = {
    level: enforceLevel === 'unreadable' ? 'restricted' : (enforceLevel ?? free.level),
    minor: readVersion(labels, 'enforce', errors),
  };
  const auditLevel = readLevel(labels, 'audit', errors);
  const audit: Standard = {
    level: auditLevel === 'unreadable' ? free.level : (auditLevel ?? free.level),
    minor: readVersion(labels, 'audit', errors),
  };
  const warnLevel = readLevel(labels, 'warn', errors);
  const warnMinor = readVersion(labels, 'warn', errors);
  const hasWarnVersion = labels[`${prefix}warn-version`] !== undefined;
  // What is enforced is warned about, in what pods are made of.
  const follows = warnLevel === undefined && enforceLevel !== undefined && enforceLevel !== 'unreadable';
  const warn: Standard =
    follows && compareLevels(enforce.level, free.level) > 0
      ? { level: enforce.level, minor: hasWarnVersion ? warnMinor : enforce.minor }
      : { level: warnLevel === 'unreadable' ? free.level : (warnLevel ?? free.level), minor: warnMinor };
  return { policy: { enforce, audit, warn }, errors };
}

function readLevel(labels: Labels, mode: string, errors: FieldError[]): Level | 'unreadable' | undefined {
  const text = labels[prefix + mode];
  if (text === undefined) return undefined;
  const level = levels.find((each) => each === text);
  if (level) return level;
  errors.push(invalid(key('metadata.labels', prefix + mode), text, `must be one of ${levels.join(', ')}`));
  return 'unreadable';
}

const largestMinor = 2n ** 63n - 1n;
const versionForm = /^v1\.(0|[1-9]\d*)$/;

function readVersion(labels: Labels, mode: string, errors: FieldError[]): number | undefined {
  const label = `${prefix}${mode}-version`;
  const text = labels[label];
  if (text === undefined || text === 'latest') return undefined;
  const minor = versionForm.exec(text)?.[1];
  if (minor !== undefined && BigInt(minor) <= largestMinor) return Number(minor);
  errors.push(invalid(key('metadata.labels', label), text, 'must be "latest" or "v1.x"'));
  return undefined;
}
