import { toldName, type Write } from '../../apimachinery/admission.ts';
import type { JsonObject } from '../../base/index.ts';
import type { Values } from '../../cel/admission/evaluate.ts';
import { fromJson } from '../../cel/admission/json.ts';
import { type AdmissionVariable, requestResource } from '../../cel/admission/variables.ts';
import { Authorizer, type Decider, ResourceCheck } from '../../cel/library/authorization.ts';
import type { Value } from '../../cel/values.ts';
import { namespaceOf } from './request.ts';

/** What expressions may be told of a write. */
export interface Told {
  readonly object: JsonObject | undefined;
  readonly old: JsonObject | undefined;
  readonly request: JsonObject;
  readonly params?: JsonObject | undefined;
  readonly namespace?: JsonObject | undefined;
  /** Made anew for each round of evaluations. */
  readonly variables?: (values: Values) => Value;
}

/** The values of variables, each made when an expression first speaks of it. */
export function valuesOf(write: Write, told: Told, decide: Decider): Values {
  const made = new Map<AdmissionVariable, Value>();
  const make = (name: AdmissionVariable): Value => {
    switch (name) {
      case 'object':
        return fromJson(told.object);
      case 'oldObject':
        return fromJson(told.old);
      case 'request':
        return fromJson(told.request);
      case 'params':
        return fromJson(told.params);
      case 'namespaceObject':
        return fromJson(told.namespace);
      case 'authorizer':
        return new Authorizer(write.user, decide);
      case requestResource:
        return new ResourceCheck(new Authorizer(write.user, decide), askedOf(write));
      default:
        return told.variables?.(values) ?? null;
    }
  };
  const values: Values = (name) => {
    let value = made.get(name);
    if (value === undefined) made.set(name, (value = make(name)));
    return value;
  };
  return values;
}

function askedOf(write: Write) {
  const { group, resource } = write.definition;
  const { subresource } = write;
  const [namespace, name] = [namespaceOf(write), toldName(write)];
  return { group, version: '*', resource, subresource, namespace, name };
}
