import { readFileSync } from 'node:fs';
import { type AuditOptions, type AuditPolicy, type AuditSink, readAuditPolicy } from '../apiserver/index.ts';
import { type Clock, CodedError, errorMessage, type Logger } from '../base/index.ts';
import { type KubeAuditLogSettings, openKubeAuditLog } from './kube-audit-log.ts';

export type { KubeAuditLogSettings };

/** What the Kubernetes API servers of a process write of their requests, as the real server's flags describe it. */
export interface KubeAuditSettings {
  /** Absent: nothing is written. */
  readonly policyFile?: string;
  /** Absent: there is no log. */
  readonly log?: KubeAuditLogSettings;
}

/** What API servers are given, and what is closed after them. */
export interface KubeAudit {
  /** Undefined: nothing is audited. */
  readonly options: AuditOptions | undefined;
  /** Sentences for whoever starts the server. */
  readonly warnings: readonly string[];
  close(): void;
}

const nothing: KubeAudit = { options: undefined, warnings: [], close() {} };

/** Throws CodedError in the words of the real server for a policy or a log that cannot be used. */
export function openKubeAudit(
  { policyFile, log }: KubeAuditSettings,
  around: { readonly clock: Clock; readonly log: Logger },
): KubeAudit {
  if (policyFile === undefined) {
    if (!log) return nothing;
    const warning = 'No audit policy file provided, no events will be recorded for log backend';
    return { ...nothing, warnings: [warning] };
  }
  const policy = policyIn(policyFile);
  const opened = log && openKubeAuditLog(log, around);
  const sinks: AuditSink[] = opened ? [opened] : [];
  return {
    options: sinks.length > 0 ? { policy, sinks } : undefined,
    warnings: policy.warnings,
    close: () => opened?.close(),
  };
}

function policyIn(file: string): AuditPolicy {
  const failed = (problem: string, detail: unknown) =>
    new CodedError('invalid', `loading audit policy file: ${problem}`, detail);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (thrown) {
    throw failed(`failed to read file path "${file}": ${openProblem(file, thrown)}`, thrown);
  }
  try {
    return readAuditPolicy(text);
  } catch (thrown) {
    throw failed(`${errorMessage(thrown)}: from file ${file}`, thrown);
  }
}

/** As Go says why a file cannot be opened. */
function openProblem(file: string, thrown: unknown): string {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  if (code === 'ENOENT') return `open ${file}: no such file or directory`;
  if (code === 'EACCES') return `open ${file}: permission denied`;
  if (code === 'EISDIR') return `read ${file}: is a directory`;
  return errorMessage(thrown);
}
