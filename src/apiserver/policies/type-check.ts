import { listAt, objectAt, objectsAt, textAt, textsAt } from '../../apimachinery/read.ts';
import type { JsonObject } from '../../base/index.ts';
import { checkAdmission } from '../../cel/admission/compile.ts';
import { Composition } from '../../cel/admission/composition.ts';
import { type AdmissionVariable, typesOf } from '../../cel/admission/variables.ts';
import type { CelType } from '../../cel/types.ts';
import type { ResourceRegistry } from '../discovery/registry.ts';
import type { ServedResource } from '../storage/served-resource.ts';
import { paramKindOf } from './policy.ts';
import { typeOfSchema } from './schema-types.ts';

/** What is wrong with one expression of a policy, for some of the kinds that it means. */
export interface ExpressionWarning {
  /** E.g. `spec.validations[0].expression`. */
  readonly fieldRef: string;
  readonly warning: string;
}

/** Kinds that are checked at most. */
const kindsLimit = 10;

/**
 * Checks the validations of a ValidatingAdmissionPolicy against the schemas of all kinds that its rules name one by one.
 * Source: k8s.io/apiserver, `pkg/admission/plugin/policy/validating/typechecking.go`.
 */
export function expressionWarnings(policy: JsonObject, resources: ResourceRegistry): ExpressionWarning[] {
  const kinds = kindsMeant(policy, resources);
  const params = paramsType(policy, resources);
  const warnings: ExpressionWarning[] = [];
  for (const [position, validation] of objectsAt(policy, 'spec', 'validations').entries()) {
    for (const member of ['expression', 'messageExpression']) {
      const source = textAt(validation, member);
      if (member === 'messageExpression' && source === '') continue;
      const problems = kinds.flatMap((kind) => problemWith(source, policy, { kind, params }) ?? []);
      if (problems.length === 0) continue;
      warnings.push({
        fieldRef: `spec.validations[${position}].${member}`,
        warning: problems.join('\n'),
      });
    }
  }
  return warnings;
}

const always: readonly AdmissionVariable[] = [
  'namespaceObject',
  'request',
  'object',
  'oldObject',
  'authorizer',
  'variables',
];

function problemWith(
  source: string,
  policy: JsonObject,
  { kind, params }: { readonly kind: ServedResource; readonly params: CelType | undefined },
): string | undefined {
  const { definition } = kind;
  const object = typeOfSchema(definition.schema.root, definition.kind);
  if (!object) return undefined;
  const composition = new Composition();
  const names = params ? [...always, 'params' as const] : always;
  const own = { object, oldObject: object, variables: composition.type, ...(params && { params }) };
  const check = (text: string) => checkAdmission(text, { names, variables: typesOf(names, own) });
  for (const variable of objectsAt(policy, 'spec', 'variables')) {
    const checked = check(textAt(variable, 'expression'));
    composition.declare(textAt(variable, 'name'), checked.ok ? checked.type : undefined);
  }
  const checked = check(source);
  if (checked.ok) return undefined;
  const { group, version } = definition;
  return `${group}/${version}, Kind=${definition.kind}: ${checked.problem}\n`;
}

function paramsType(policy: JsonObject, resources: ResourceRegistry): CelType | undefined {
  const named = paramKindOf(objectAt(policy, 'spec'));
  const served = named && resources.findKind(named.group, named.version, named.kind);
  return served && typeOfSchema(served.definition.schema.root, served.definition.kind);
}

/** Those of rules that leave nothing open, by group, version and kind. */
function kindsMeant(policy: JsonObject, resources: ResourceRegistry): readonly ServedResource[] {
  const found = new Set<ServedResource>();
  for (const rule of objectsAt(policy, 'spec', 'matchConstraints', 'resourceRules')) {
    if ([...listAt(rule, 'apiGroups'), ...listAt(rule, 'apiVersions')].some(isOpen)) continue;
    for (const group of textsAt(rule, 'apiGroups').toSorted()) {
      for (const version of textsAt(rule, 'apiVersions').toSorted()) {
        for (const plural of textsAt(rule, 'resources').toSorted()) {
          const served = plural.includes('/') ? undefined : resources.served(group, version, plural);
          if (served) found.add(served);
          if (found.size === kindsLimit) return inOrder(found);
        }
      }
    }
  }
  return inOrder(found);
}

function isOpen(text: unknown): boolean {
  return typeof text === 'string' && text.includes('*');
}

function inOrder(found: ReadonlySet<ServedResource>): readonly ServedResource[] {
  const key = ({ definition: { group, version, kind } }: ServedResource) => [group, version, kind];
  return [...found].toSorted((a, b) => {
    const [left, right] = [key(a), key(b)];
    const differs = left.findIndex((part, at) => part !== right[at]);
    if (differs < 0) return 0;
    return (left[differs] ?? '') < (right[differs] ?? '') ? -1 : 1;
  });
}
