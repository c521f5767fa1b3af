import type { Caller, InternalRequest, ResourceCalls } from '../../../arm/index.ts';
import { isObject, type Json, type JsonObject } from '../../../base/index.ts';
import { NotYetKnown, type PlannedResource, type Runtime, TemplateError } from '../../../template/index.ts';
import { errorOf } from './preflight.ts';
import { deploymentLimits } from './settings.ts';

/** What an evaluation needs to know before it can go on. */
class Needed extends NotYetKnown {
  readonly key: string;
  readonly request: InternalRequest;

  constructor(key: string, request: InternalRequest) {
    super(request.id);
    this.key = key;
    this.request = request;
  }
}

/** Resources as they are while a deployment runs, read as its caller. */
export class LiveRuntime implements Runtime {
  readonly #plan: ReadonlyMap<string, PlannedResource>;
  readonly #calls: ResourceCalls;
  readonly #caller: Caller;
  readonly #correlationId: string;
  readonly #known = new Map<string, JsonObject>();

  constructor(parts: {
    readonly plan: readonly PlannedResource[];
    readonly calls: ResourceCalls;
    readonly caller: Caller;
    readonly correlationId: string;
  }) {
    const named = parts.plan.flatMap((one) =>
      [one.name, one.id, one.key].map((word) => [word.toLowerCase(), one] as const),
    );
    this.#plan = new Map(named);
    this.#calls = parts.calls;
    this.#caller = parts.caller;
    this.#correlationId = parts.correlationId;
  }

  /** Evaluates again and again, until everything that it asks for has been read. Throws what refuses a read. */
  async evaluated<T>(work: () => T): Promise<T> {
    for (let reads = 0; ; reads++) {
      try {
        return work();
      } catch (thrown) {
        if (!(thrown instanceof Needed)) throw thrown;
        if (reads >= deploymentLimits.readsPerBody) {
          throw new TemplateError(
            `More than ${deploymentLimits.readsPerBody} resources are referred to at one place.`,
          );
        }
        const answer = await this.#calls.send(this.#caller, {
          ...thrown.request,
          correlationId: this.#correlationId,
        });
        if (answer.status >= 300) {
          const { code, message } = errorOf(answer);
          throw new TemplateError(message, code);
        }
        this.#known.set(thrown.key, answer.body);
      }
    }
  }

  reference(target: string, apiVersion: string | undefined, isFull: boolean): Json {
    const planned = this.#plan.get(target.toLowerCase());
    if (!planned && !target.startsWith('/')) {
      throw new TemplateError(
        `The template reference '${target}' is not valid: could not find template resource or resource copy with this name. ` +
          'Please see https://aka.ms/arm-function-reference for usage details.',
      );
    }
    const version = apiVersion ?? planned?.apiVersion;
    if (version === undefined || version === '') {
      throw new TemplateError(
        `The template function 'reference' needs an API version for '${target}', which is not a resource of the template. Please see https://aka.ms/arm-function-reference for usage details.`,
      );
    }
    const body = this.#read(planned?.id ?? target, version);
    if (!isFull) return isObject(body['properties']) ? body['properties'] : {};
    const { id, name: _name, type: _type, ...rest } = body;
    const [, subscriptionId, resourceGroupName] =
      /^\/subscriptions\/([^/]+)(?:\/resourceGroups\/([^/]+))?/i.exec(String(id)) ?? [];
    return {
      apiVersion: version,
      ...rest,
      ...(subscriptionId !== undefined && { subscriptionId }),
      ...(resourceGroupName !== undefined && { resourceGroupName }),
      resourceId: String(id).replace(/^\/subscriptions\/[^/]+(?:\/resourceGroups\/[^/]+)?\/providers\//i, ''),
      scope: '',
    };
  }

  references(name: string, isFull: boolean): Json {
    const all = new Set(
      [...this.#plan.values()].filter(
        ({ key, copy }) =>
          copy?.name.toLowerCase() === name.toLowerCase() ||
          key.replace(/\[\d+\]$/, '').toLowerCase() === name.toLowerCase(),
      ),
    );
    return [...all].map((one) => this.reference(one.id, one.apiVersion, isFull));
  }

  list(
    action: string,
    target: { readonly id: string; readonly apiVersion: string; readonly body?: Json },
  ): Json {
    const id = target.id.startsWith('/')
      ? target.id
      : (this.#plan.get(target.id.toLowerCase())?.id ?? `/${target.id}`);
    const key = JSON.stringify([action, id, target.apiVersion, target.body ?? null]);
    const known = this.#known.get(key);
    if (known) return known;
    const { apiVersion, body = {} } = target;
    throw new Needed(key, { method: 'POST', id: `${id}/${action}`, apiVersion, body });
  }

  #read(id: string, apiVersion: string): JsonObject {
    const key = JSON.stringify([id.toLowerCase(), apiVersion]);
    const known = this.#known.get(key);
    if (known) return known;
    throw new Needed(key, { method: 'GET', id, apiVersion });
  }
}
