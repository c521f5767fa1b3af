import { resolve } from 'node:path';
import { isObject } from '../../base/index.ts';
import type { KubeAuditLogSettings, KubeAuditSettings } from '../../server/kube-audit.ts';
import { UsageError, type VerbCall, type VerbOption } from './declaration.ts';

/** Options of verbs that start Kubernetes API servers, called as the real server's flags. */
export const auditOptions: Readonly<Record<string, VerbOption>> = {
  'audit-policy-file': {
    type: 'string',
    value: 'FILE',
    summary: 'an audit.k8s.io/v1 Policy: what is written of which requests to clusters (default: nothing)',
  },
  'audit-log-path': {
    type: 'string',
    value: 'FILE',
    summary: 'where it is written; - is standard output',
  },
  'audit-log-format': { type: 'string', value: 'FORMAT', summary: 'json (default) or legacy' },
  'audit-log-maxage': {
    type: 'string',
    value: 'DAYS',
    summary: 'age from which full files are deleted (default: none)',
  },
  'audit-log-maxbackup': { type: 'string', value: 'N', summary: 'full files that are kept (default: all)' },
  'audit-log-maxsize': {
    type: 'string',
    value: 'MIB',
    summary: 'size at which a file is full (default: 100)',
  },
};

/** Values of flags, as they were given. */
export type AuditFlag = (name: string) => string | undefined;

const formats = ['legacy', 'json'] as const;
const modes = ['batch', 'blocking', 'blocking-strict'];

/** Reads the flags. `refuse` makes what is thrown of all that is wrong with them, in the words of the real server. */
export function auditSettings(flag: AuditFlag, refuse: (problem: string) => Error): KubeAuditSettings {
  const policyFile = flag('audit-policy-file');
  const path = flag('audit-log-path');
  const problems: string[] = [];
  const log = path === undefined ? undefined : logSettings(path, flag, problems);
  const [first] = problems;
  if (first !== undefined) throw refuse(problems.length === 1 ? first : `[${problems.join(', ')}]`);
  return {
    ...(policyFile !== undefined && { policyFile }),
    ...(log && { log }),
  };
}

/** What `up` is asked to write; `off` when it is to stop, undefined when nothing is said. Throws UsageError. */
export function auditChoice(options: VerbCall['options']): KubeAuditSettings | 'off' | undefined {
  const flag: AuditFlag = (name) => {
    const value = options[name];
    return typeof value === 'string' ? value : undefined;
  };
  const given = Object.keys(auditOptions).filter((name) => flag(name) !== undefined);
  if (given.length === 0) return undefined;
  const policyFile = flag('audit-policy-file');
  if (policyFile === undefined) throw new UsageError(`--${given[0]} needs --audit-policy-file.`);
  if (policyFile === 'off') return 'off';
  const settings = auditSettings(flag, (problem) => new UsageError(`${problem}.`));
  const { log } = settings;
  return {
    policyFile: resolve(policyFile),
    ...(log && { log: { ...log, path: log.path === '-' ? log.path : resolve(log.path) } }),
  };
}

/** The options that ask for it. */
export function auditWords(choice: KubeAuditSettings | 'off'): string[] {
  if (choice === 'off') return ['--audit-policy-file', choice];
  const { policyFile = '', log } = choice;
  return [
    ...['--audit-policy-file', policyFile],
    ...(log
      ? [
          ...['--audit-log-path', log.path, '--audit-log-format', log.format],
          ...['--audit-log-maxage', String(log.maxAgeDays), '--audit-log-maxbackup', String(log.maxBackups)],
          ...['--audit-log-maxsize', String(log.maxSizeMiB)],
        ]
      : []),
  ];
}

export function auditText(choice: KubeAuditSettings | 'off'): string {
  return auditWords(choice).join(' ');
}

/** What an earlier start left of it in a file; undefined: nothing that can be followed. */
export function savedAudit(value: unknown): KubeAuditSettings | undefined {
  if (!isObject(value) || typeof value['policyFile'] !== 'string') return undefined;
  const { policyFile, log } = value;
  if (!isObject(log) || typeof log['path'] !== 'string') return { policyFile };
  const number = (name: string) => (typeof log[name] === 'number' ? log[name] : 0);
  return {
    policyFile,
    log: {
      path: log['path'],
      format: log['format'] === 'legacy' ? 'legacy' : 'json',
      maxAgeDays: number('maxAgeDays'),
      maxBackups: number('maxBackups'),
      maxSizeMiB: number('maxSizeMiB'),
    },
  };
}

function logSettings(path: string, flag: AuditFlag, problems: string[]): KubeAuditLogSettings {
  const mode = flag('audit-log-mode') ?? 'blocking';
  if (!modes.includes(mode))
    problems.push(`invalid audit log mode ${mode}, allowed modes are "${modes.join(',')}"`);
  const asked = flag('audit-log-format') ?? 'json';
  const format = formats.find((each) => each === asked);
  if (!format) problems.push(`invalid audit log format ${asked}, allowed formats are "${formats.join(',')}"`);
  const number = (name: string) => {
    const text = flag(name) ?? '0';
    if (!/^-?\d{1,15}$/.test(text)) problems.push(`--${name} ${text} is no whole number`);
    else if (Number(text) < 0) problems.push(`--${name} ${text} can't be a negative number`);
    return Number(text);
  };
  return {
    path,
    format: format ?? 'json',
    maxAgeDays: number('audit-log-maxage'),
    maxBackups: number('audit-log-maxbackup'),
    maxSizeMiB: number('audit-log-maxsize'),
  };
}
