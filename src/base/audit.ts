/**
 * What rooms tell of who did what: sign-ins, refusals, credentials handed out, changes of rights, tunnels. `server` hands
 * in one backed by a file. Never a secret, a token or the body of a request.
 */
export interface AuditTrail {
  /** Never throws and never waits: a trail that cannot be written stops nobody. */
  record(event: AuditEvent): void;
}

export interface AuditEvent {
  readonly event: AuditEventName;
  readonly outcome: 'success' | 'refused' | 'failure';
  readonly actor?: AuditActor;
  /** Network address that the request came from. */
  readonly source?: string;
  /** What it was done to: a resource id, an object id, a path. */
  readonly target?: string;
  /** Code of the refusal or why something ended, e.g. `AuthorizationFailed`, `AADSTS50126`. */
  readonly reason?: string;
  /** Id under which the same request appears elsewhere. */
  readonly correlation?: string;
  /** What is particular to the event, e.g. `grant`, `bytesToTarget`. */
  readonly details?: Readonly<Record<string, string | number | boolean>>;
}

export type AuditEventName =
  | 'sign-in'
  | 'refusal'
  | 'credential'
  | 'role-change'
  | 'directory-change'
  | 'tunnel-opened'
  | 'tunnel-closed'
  | 'relay-opened'
  | 'relay-closed'
  /** The trail could not be written for a while; `eventsLost` says how many are missing. */
  | 'trail-resumed';

/** Who acted, as far as it is known. */
export interface AuditActor {
  /** Directory object id. */
  readonly objectId?: string;
  /** User principal name, Kubernetes user name or application id. */
  readonly name?: string;
  /** The program that a person or service used: its application id. */
  readonly client?: string;
}

/** Keeps nothing. */
export const silentAudit: AuditTrail = { record() {} };
