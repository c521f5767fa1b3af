import { cloneJson } from '../../apimachinery/clone.ts';
import { conditionOf } from '../../apimachinery/conditions.ts';
import { metadataOf, readMetadata } from '../../apimachinery/metadata.ts';
import { at, nameOf, numberAt, objectAt, textAt } from '../../apimachinery/read.ts';
import { StatusError } from '../../apimachinery/status.ts';
import { eachInTurn, type JsonObject, jsonEqual, rfc3339Seconds } from '../../base/index.ts';
import { valueBody } from '../answer/body.ts';
import {
  autoUpdateAnnotation,
  configurationConsumer,
  configurationObject,
  configurationProducer,
  danglingCondition,
  type FirstConfiguration,
  firstConfigurations,
  flowControlGroup,
} from '../bootstrap/flow-control.ts';
import type { Call, CallBody, ClusterParts } from '../call/call.ts';
import type { OwnWork, Term } from '../call/own-work.ts';
import { Passes } from '../call/passes.ts';
import type { Collection } from '../storage/collection.ts';
import { objectKey } from '../storage/keys.ts';
import type { ServedResource } from '../storage/served-resource.ts';
import { dispatch } from '../verbs/dispatch.ts';
import { internalCall } from '../verbs/internal-call.ts';

const againMs = 10_000;

interface Followed {
  readonly served: ServedResource;
  readonly collection: Collection;
}

/**
 * Keeps the configuration of flow control as the real server does: the mandatory objects as they must be, the suggested ones as long
 * as their annotation lets it, those that were suggested once and are not any more gone; and says of each schema whether the level
 * that it names exists.
 */
export class ConfigurationKeeper {
  readonly #parts: ClusterParts;
  readonly #passes: Passes;
  readonly #followed = new Map<FirstConfiguration['kind'], Followed>();

  constructor(parts: ClusterParts, own: OwnWork) {
    this.#parts = parts;
    this.#passes = new Passes(own, {
      what: 'the configuration of flow control',
      clock: parts.clock,
      log: parts.log,
      againMs,
      pass: (term) => this.#pass(term),
    });
  }

  async start(): Promise<void> {
    const { resources, storage } = this.#parts;
    for (const kind of ['PriorityLevelConfiguration', 'FlowSchema'] as const) {
      const served = resources.builtInKind(flowControlGroup, 'v1', kind);
      if (!served) throw new Error(`${kind} is not served`);
      const collection = await storage.collection(served);
      this.#followed.set(kind, { served, collection });
      collection.listen(() => this.#passes.ask());
    }
  }

  async #pass(term: Term): Promise<void> {
    const suggestedFirst = [...firstConfigurations].sort(
      (one, other) => Number(one.isMandatory) - Number(other.isMandatory),
    );
    await eachInTurn(suggestedFirst, (configuration) => this.#ensure(term, configuration));
    await eachInTurn([...this.#followed], ([kind]) => this.#removeUnwanted(term, kind));
    const levels = new Set(this.#all('PriorityLevelConfiguration').map(nameOf));
    await eachInTurn(this.#all('FlowSchema'), (schema) => this.#judge(term, schema, levels));
  }

  #all(kind: FirstConfiguration['kind']): JsonObject[] {
    const followed = this.#followed.get(kind);
    if (!followed) return [];
    const { served, collection } = followed;
    return [...collection.scan('')].map((stored) => stored.decoded(served));
  }

  async #ensure(term: Term, configuration: FirstConfiguration): Promise<void> {
    const { kind, name } = configuration;
    const followed = this.#followed.get(kind);
    if (!followed || term.ending.aborted) return;
    const current = followed.collection.get(objectKey('', name))?.decoded(followed.served);
    if (!current) {
      await this.#call(term, { verb: 'create', kind, name: '' }, configurationObject(configuration));
      return;
    }
    const revised = revisedOf(configuration, current);
    if (revised) await this.#call(term, { verb: 'update', kind, name }, revised);
  }

  async #removeUnwanted(term: Term, kind: FirstConfiguration['kind']): Promise<void> {
    const wanted = new Set(firstConfigurations.filter((each) => each.kind === kind).map(({ name }) => name));
    const unwanted = this.#all(kind)
      .filter((object) => annotationOf(object) === true)
      .map(nameOf)
      .filter((name) => !wanted.has(name));
    await eachInTurn(unwanted, (name) => this.#call(term, { verb: 'delete', kind, name }));
  }

  async #judge(term: Term, schema: JsonObject, levels: ReadonlySet<string>): Promise<void> {
    const level = textAt(schema, 'spec', 'priorityLevelConfiguration', 'name');
    const wanted = danglingCondition(level, levels.has(level));
    const said = conditionOf(schema, 'Dangling');
    const isSaid = ['status', 'reason', 'message'].every((name) => said?.[name] === wanted[name]);
    if (isSaid || term.ending.aborted) return;
    const lastTransitionTime = rfc3339Seconds(this.#parts.clock.now());
    const name = nameOf(schema);
    const applied = {
      apiVersion: `${flowControlGroup}/v1`,
      kind: 'FlowSchema',
      metadata: { name },
      status: { conditions: [{ ...wanted, lastTransitionTime }] },
    };
    await this.#call(term, { verb: 'patch', kind: 'FlowSchema', name }, applied);
  }

  /** Whoever was faster is looked at again with the change that he made. */
  async #call(
    term: Term,
    asked: { readonly verb: string; readonly kind: FirstConfiguration['kind']; readonly name: string },
    object?: JsonObject,
  ): Promise<void> {
    const { verb, kind, name } = asked;
    const resource = this.#followed.get(kind)?.served;
    if (!resource || term.ending.aborted) return;
    const isStatus = verb === 'patch';
    const about = { resource, namespace: '', name, ...(isStatus && { subresource: 'status' }) };
    const call = internalCall(term, verb, about);
    const body: CallBody = valueBody(object, isStatus ? 'apply' : undefined);
    const fieldManager = isStatus ? configurationConsumer : configurationProducer;
    const whole: Call = {
      ...call,
      body,
      options: { ...call.options, fieldManager, force: isStatus || undefined },
    };
    try {
      await dispatch(this.#parts, whole);
    } catch (thrown) {
      if (!(thrown instanceof StatusError) || (thrown.code !== 404 && thrown.code !== 409)) throw thrown;
    }
  }
}

/** As it should be; undefined: as it is. */
function revisedOf(
  { kind, spec, isMandatory }: FirstConfiguration,
  current: JsonObject,
): JsonObject | undefined {
  const annotation = annotationOf(current);
  const follows = isMandatory || (annotation ?? numberAt(readMetadata(current)['generation']) === 1);
  const isSame =
    kind === 'PriorityLevelConfiguration' ? isSameLevel(spec, current) : jsonEqual(spec, current['spec']);
  if (annotation === follows && (isSame || !follows)) return undefined;
  const revised = cloneJson(current);
  if (follows && !isSame) revised['spec'] = cloneJson(spec);
  const metadata = metadataOf(revised);
  metadata['annotations'] = {
    ...objectAt(metadata, 'annotations'),
    [autoUpdateAnnotation]: String(follows),
  };
  return revised;
}

/** What the exempt level lends and borrows may be chosen. */
function isSameLevel(spec: JsonObject, { spec: found }: JsonObject): boolean {
  const exempt = at(found, 'exempt');
  return jsonEqual(
    at(spec, 'exempt') === undefined || exempt === undefined ? spec : { ...spec, exempt },
    found,
  );
}

const trueTexts: ReadonlySet<string> = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);
const falseTexts: ReadonlySet<string> = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False']);

/** Undefined when it says neither. */
function annotationOf(object: JsonObject): boolean | undefined {
  const text = textAt(readMetadata(object)['annotations'], autoUpdateAnnotation);
  if (trueTexts.has(text)) return true;
  return falseTexts.has(text) ? false : undefined;
}
