import type { UserInfo } from '../../apimachinery/contract.ts';
import { readMetadata, textOf } from '../../apimachinery/metadata.ts';
import { isObject, type Json, type JsonObject, parseJson } from '../../base/index.ts';
import { type AuditEvent, EventWriter, type ObjectReference, type RequestFacts } from './event.ts';
import { levels, type Stage } from './levels.ts';
import type { AuditDecision } from './rule-index.ts';

/** Where events go, and what time it is. */
export interface EventTarget {
  take(event: AuditEvent): void;
  /** Milliseconds since the Unix epoch. */
  now(): number;
}

/** One request of which something is written, and what has been learned of it so far. */
export class AuditedRequest {
  readonly #decision: AuditDecision;
  readonly #target: EventTarget;
  readonly #writer: EventWriter;
  readonly #annotations: Record<string, string> = {};
  #impersonatedUser: UserInfo | undefined;
  #object: ObjectReference | undefined;
  #status: JsonObject | undefined;
  #requestObject: string | undefined;
  #responseObject: string | undefined;

  constructor(decision: AuditDecision, facts: RequestFacts, target: EventTarget) {
    this.#decision = decision;
    this.#target = target;
    this.#writer = new EventWriter(decision.level, facts);
    this.#object = facts.object;
  }

  /** True when what is asked for is written too. */
  get wantsRequest(): boolean {
    return levels.indexOf(this.#decision.level) >= levels.indexOf('Request');
  }

  /** True when what is answered is written too. */
  get wantsResponse(): boolean {
    return this.#decision.level === 'RequestResponse';
  }

  impersonated(user: UserInfo): void {
    this.#impersonatedUser = user;
  }

  annotate(annotations: Readonly<Record<string, string>>): void {
    Object.assign(this.#annotations, annotations);
  }

  /** What the body says, as it came: nobody has changed it yet. `type`: what it is when it does not say so. */
  asked(body: Json, { isPatch, type }: { readonly isPatch: boolean; readonly type: JsonObject }): void {
    if (!isPatch && isObject(body)) this.#completeObject(body);
    if (!this.wantsRequest) return;
    const whole = !isPatch && isObject(body) ? { ...type, ...body } : body;
    this.#requestObject = JSON.stringify(this.#withoutManagers(whole));
  }

  /** `object`: JSON of what is answered, when it is an object; `status`: the Status that it is. */
  answered(
    code: number,
    {
      object,
      status,
    }: { readonly object?: string | undefined; readonly status?: JsonObject | undefined } = {},
  ): void {
    const { status: outcome, message, reason, details } = status ?? {};
    this.#status = {
      metadata: {},
      ...(outcome !== undefined && { status: outcome }),
      ...(message !== undefined && message !== '' && { message }),
      ...(reason !== undefined && reason !== '' && { reason }),
      ...(details !== undefined && { details }),
      code,
    };
    if (object === undefined || !this.wantsResponse) return;
    this.#responseObject = this.#decision.omitManagedFields ? this.#withoutManagersIn(object) : object;
  }

  /** The answer begins; what it says beyond its code was told before. */
  began(code: number): void {
    this.#status ??= { metadata: {}, code };
  }

  /** Writes the event of a stage, unless the policy leaves it out. */
  reach(stage: Stage): void {
    if (this.#decision.omitStages.has(stage)) return;
    const state = {
      impersonatedUser: this.#impersonatedUser,
      object: this.#object,
      responseStatus: this.#status,
      requestObject: this.#requestObject,
      responseObject: this.#responseObject,
      annotations: this.#annotations,
    };
    this.#target.take(this.#writer.event(stage, this.#target.now(), state));
  }

  #completeObject(body: JsonObject): void {
    const object = this.#object;
    if (!object) return;
    const { namespace, name, uid, resourceVersion } = readMetadata(body);
    this.#object = {
      ...object,
      namespace: object.namespace || textOf(namespace),
      name: object.name || textOf(name),
      uid: object.uid || textOf(uid),
      resourceVersion: object.resourceVersion || textOf(resourceVersion),
    };
  }

  #withoutManagers(value: Json): Json {
    return this.#decision.omitManagedFields ? withoutManagers(value) : value;
  }

  #withoutManagersIn(json: string): string {
    if (!json.includes('"managedFields"')) return json;
    return JSON.stringify(withoutManagers(parseJson(json) ?? null));
  }
}

/** An object, the objects of a list and those in the rows of a Table without their managed fields. */
function withoutManagers(value: Json): Json {
  if (!isObject(value)) return value;
  const { metadata, items, rows } = value;
  const result: JsonObject = { ...value };
  if (isObject(metadata)) {
    const { managedFields: _managedFields, ...rest } = metadata;
    result['metadata'] = rest;
  }
  if (Array.isArray(items)) result['items'] = items.map(withoutManagers);
  if (Array.isArray(rows)) {
    result['rows'] = rows.map((row) =>
      isObject(row) && row['object'] !== undefined ? { ...row, object: withoutManagers(row['object']) } : row,
    );
  }
  return result;
}
