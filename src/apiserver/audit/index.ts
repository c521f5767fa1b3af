export { Audit, type AuditOptions, type AuditSink, countNothingAudited } from './audit.ts';
export type { AuditedRequest } from './audited-request.ts';
export type { AuditEvent } from './event.ts';
export { type AuditPolicy, readAuditPolicy } from './policy.ts';
