import type { UserInfo } from '../../apimachinery/contract.ts';
import { goQuote } from '../../apimachinery/validation/go-text.ts';
import { type JsonObject, rfc3339Micros } from '../../base/index.ts';
import type { Level, Stage } from './levels.ts';

/** One event, written for whoever takes it. */
export interface AuditEvent {
  readonly level: Level;
  readonly stage: Stage;
  /** One line of JSON, an `audit.k8s.io/v1` Event; no line break at the end. */
  readonly json: string;
  /** The same, shorter, as the real server wrote it before there were events. */
  readonly legacy: string;
}

/** What is known of a request from the start. */
export interface RequestFacts {
  readonly auditId: string;
  readonly uri: string;
  readonly verb: string;
  /** Undefined: nobody was recognised. */
  readonly user: UserInfo | undefined;
  readonly sourceIps: readonly string[];
  readonly userAgent: string;
  /** What the path says of an object. */
  readonly object: ObjectReference | undefined;
  readonly receivedMs: number;
}

export interface ObjectReference {
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly apiGroup: string;
  readonly apiVersion: string;
  readonly resourceVersion: string;
  readonly subresource: string;
}

/** What is known of it by the stage that is written. */
export interface EventState {
  readonly impersonatedUser: UserInfo | undefined;
  readonly object: ObjectReference | undefined;
  readonly responseStatus: JsonObject | undefined;
  /** JSON texts. */
  readonly requestObject: string | undefined;
  readonly responseObject: string | undefined;
  readonly annotations: Readonly<Record<string, string>>;
}

const userAgentCharacters = 1024;

/** The events of one request. What does not change between its stages is put into words once. */
export class EventWriter {
  readonly #level: Level;
  readonly #facts: RequestFacts;
  readonly #received: string;
  readonly #what: string;
  readonly #where: string;

  constructor(level: Level, facts: RequestFacts) {
    this.#level = level;
    this.#facts = facts;
    const { auditId, uri, verb, user, sourceIps, userAgent } = facts;
    this.#received = rfc3339Micros(facts.receivedMs);
    this.#what = `"auditID":${JSON.stringify(auditId)}`;
    const asked = `"requestURI":${JSON.stringify(uri)},"verb":${JSON.stringify(verb)}`;
    this.#where = `${asked},"user":${JSON.stringify(userOf(user))}`;
    this.#origin = `"sourceIPs":${JSON.stringify(sourceIps)}${
      userAgent === '' ? '' : `,"userAgent":${JSON.stringify(cut(userAgent))}`
    }`;
  }

  readonly #origin: string;

  event(stage: Stage, atMs: number, state: EventState): AuditEvent {
    const level = this.#level;
    const time = stage === 'RequestReceived' ? this.#received : rfc3339Micros(atMs);
    const members = [
      `{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"${level}",${this.#what},"stage":"${stage}"`,
      this.#where,
      ...member('impersonatedUser', state.impersonatedUser && userOf(state.impersonatedUser)),
      this.#origin,
      ...member('objectRef', state.object && withoutEmpty(state.object)),
      ...member('responseStatus', state.responseStatus),
      ...(state.requestObject === undefined ? [] : [`"requestObject":${state.requestObject}`]),
      ...(state.responseObject === undefined ? [] : [`"responseObject":${state.responseObject}`]),
      `"requestReceivedTimestamp":"${this.#received}","stageTimestamp":"${time}"`,
      ...member('annotations', sorted(state.annotations)),
    ];
    const facts = this.#facts;
    return {
      level,
      stage,
      json: `${members.join(',').replace(/[<>&\u2028\u2029]/g, escaped)}}`,
      get legacy() {
        return legacyLine(facts, stage, state);
      },
    };
  }
}

/** Characters that mean something in HTML or JavaScript are written as numbers, as Go writes JSON. */
function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function member(name: string, value: object | undefined): string[] {
  return value === undefined ? [] : [`"${name}":${JSON.stringify(value)}`];
}

function withoutEmpty(texts: ObjectReference): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== ''));
}

function sorted(annotations: Readonly<Record<string, string>>): Record<string, string> | undefined {
  const entries = Object.entries(annotations);
  if (entries.length === 0) return undefined;
  return Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)));
}

function userOf(user: UserInfo | undefined): object {
  if (!user) return {};
  const { username, uid, groups, extra } = user;
  return {
    ...(username !== '' && { username }),
    ...(uid !== '' && { uid }),
    ...(groups.length > 0 && { groups }),
    ...(Object.keys(extra).length > 0 && { extra }),
  };
}

function cut(userAgent: string): string {
  return userAgent.length > userAgentCharacters
    ? `${userAgent.slice(0, userAgentCharacters)}...TRUNCATED`
    : userAgent;
}

function legacyLine(facts: RequestFacts, stage: Stage, state: EventState): string {
  const { user, object = state.object } = facts;
  const { impersonatedUser: other, responseStatus } = state;
  const quoted = (texts: readonly string[] = []) => texts.map(goQuote).join(',');
  const fields = {
    id: facts.auditId,
    stage,
    ip: facts.sourceIps[0] ?? '<unknown>',
    method: facts.verb,
    user: user?.username || '<none>',
    groups: user?.username && user.groups.length > 0 ? quoted(user.groups) : '<none>',
    as: other?.username ?? '<self>',
    asgroups: other ? quoted(other.groups) : '<lookup>',
    'user-agent': cut(facts.userAgent),
    namespace: object?.namespace || '<none>',
    uri: facts.uri,
  };
  const told = Object.entries(fields).map(([name, text]) => `${name}=${goQuote(text)}`);
  const code = responseStatus ? String(responseStatus['code']) : '<deferred>';
  return `${rfc3339Micros(facts.receivedMs)} AUDIT: ${told.join(' ')} response="${code}"`;
}
