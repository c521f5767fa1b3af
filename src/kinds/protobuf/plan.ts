import { type FieldFacts, requireType, typeNameOf } from '../catalog.ts';

/**
 * The fields of a message by number. A number may also stand for a message that the JSON form shows inlined (a volume's
 * source stands at number 2 of the volume): its fields belong to the same object.
 */
export interface MessagePlan {
  readonly fields: ReadonlyMap<number, FieldFacts>;
  readonly inlined: ReadonlyMap<number, MessagePlan>;
}

const plans = new Map<string, MessagePlan>();

/** The plan of a built-in type, e.g. `core.v1.Volume`. */
export function messagePlan(type: string): MessagePlan {
  const known = plans.get(type);
  if (known) return known;
  const plan = makePlan([...requireType(type).fields.values()], 0);
  plans.set(type, plan);
  return plan;
}

function makePlan(facts: readonly FieldFacts[], depth: number): MessagePlan {
  const fields = new Map<number, FieldFacts>();
  const nested = new Map<number, FieldFacts[]>();
  for (const field of [...facts].sort((a, b) => numberAt(a, depth) - numberAt(b, depth))) {
    const number = numberAt(field, depth);
    if (number === 0) continue;
    if (field.protoPath.length === depth + 1) fields.set(number, field);
    else nested.set(number, [...(nested.get(number) ?? []), field]);
  }
  const inlined = new Map([...nested].map(([number, inner]) => [number, makePlan(inner, depth + 1)]));
  return { fields, inlined };
}

function numberAt(field: FieldFacts, depth: number): number {
  return field.protoPath[depth] ?? 0;
}

/** The type of an object by its apiVersion and kind. Options (`DeleteOptions` ...) are served in every group. */
export function typeOfKind(apiVersion: string, kind: string): string | undefined {
  const parts = apiVersion.split('/');
  const [group = '', version = ''] = parts.length === 2 ? parts : ['', apiVersion];
  return typeNameOf(group, version, kind) ?? typeNameOf('meta.k8s.io', 'v1', kind);
}
