import type { FieldError } from '../../apimachinery/contract.ts';
import { at, maybeObjectAt, objectsAt, textAt, textsAt } from '../../apimachinery/read.ts';
import {
  child,
  forbidden,
  index,
  invalid,
  notSupported,
  required,
} from '../../apimachinery/validation/errors.ts';
import { dnsLabel, dnsSubdomain, type TextRule } from '../../apimachinery/validation/names.ts';
import type { JsonObject } from '../../base/index.ts';

const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch'];
const subjectKinds = ['Group', 'ServiceAccount', 'User'];

/** The members of subjects, by kind, in the order in which the real server speaks of them. */
const subjectMembers: ReadonlyMap<string, { readonly own: string; readonly others: readonly string[] }> =
  new Map([
    ['ServiceAccount', { own: 'serviceAccount', others: ['user', 'group'] }],
    ['User', { own: 'user', others: ['serviceAccount', 'group'] }],
    ['Group', { own: 'group', others: ['serviceAccount', 'user'] }],
  ]);

/** What is wrong with one entry of `spec.rules` of a FlowSchema. */
export function validateSchemaRule(rule: JsonObject, path: string): FieldError[] {
  const subjects = objectsAt(rule, 'subjects');
  const resourceRules = objectsAt(rule, 'resourceRules');
  const nonResourceRules = objectsAt(rule, 'nonResourceRules');
  const each = (objects: readonly JsonObject[], name: string, judge: typeof validateSubject) =>
    objects.flatMap((object, position) => judge(object, index(child(path, name), position)));
  return [
    ...(subjects.length === 0
      ? [required(child(path, 'subjects'), 'subjects must contain at least one value')]
      : each(subjects, 'subjects', validateSubject)),
    ...(resourceRules.length + nonResourceRules.length === 0
      ? [required(path, 'at least one of resourceRules and nonResourceRules has to be non-empty')]
      : []),
    ...each(resourceRules, 'resourceRules', validateResourceRule),
    ...each(nonResourceRules, 'nonResourceRules', validateNonResourceRule),
  ];
}

function validateSubject(subject: JsonObject, path: string): FieldError[] {
  const kind = textAt(subject, 'kind');
  const members = subjectMembers.get(kind);
  if (!members) return [notSupported(child(path, 'kind'), kind, subjectKinds)];
  const { own, others } = members;
  const value = maybeObjectAt(subject, own);
  const where = child(path, own);
  return [
    ...(value
      ? validateNamed(value, where, own === 'serviceAccount')
      : [required(where, `${own} is required when subject kind is '${kind}'`)]),
    ...others
      .filter((other) => at(subject, other) !== undefined)
      .map((other) =>
        forbidden(
          child(path, other),
          `${other} is forbidden when subject kind is not '${kindOfMember(other)}'`,
        ),
      ),
  ];
}

function kindOfMember(member: string): string {
  return `${member.charAt(0).toUpperCase()}${member.slice(1)}`;
}

function validateNamed(value: JsonObject, path: string, isAccount: boolean): FieldError[] {
  const name = textAt(value, 'name');
  const errors = name === '' ? [required(child(path, 'name'))] : [];
  if (!isAccount) return errors;
  if (name !== '*' && name !== '') errors.push(...faults(dnsSubdomain, name, child(path, 'name')));
  const namespace = textAt(value, 'namespace');
  return namespace === ''
    ? [...errors, required(child(path, 'namespace'), 'must specify namespace for service account')]
    : [...errors, ...faults(dnsLabel, namespace, child(path, 'namespace'))];
}

function faults(rule: TextRule, text: string, path: string, introduction = ''): FieldError[] {
  return rule(text).map((message) => invalid(path, text, introduction + message));
}

function validateResourceRule(rule: JsonObject, path: string): FieldError[] {
  return [
    ...validateVerbs(rule, path),
    ...validateWildcard(rule, child(path, 'apiGroups'), {
      none: 'resource rules must supply at least one api group',
      others: 'api groups',
    }),
    ...validateWildcard(rule, child(path, 'resources'), {
      none: 'resource rules must supply at least one resource',
      others: 'resources',
    }),
    ...validateNamespaces(rule, child(path, 'namespaces')),
  ];
}

function validateVerbs(rule: JsonObject, path: string): FieldError[] {
  const where = child(path, 'verbs');
  const asked = textsAt(rule, 'verbs');
  if (asked.length === 0 || asked.includes('*'))
    return validateWildcard(rule, where, { none: 'verbs must contain at least one value', others: 'verbs' });
  return asked.every((verb) => verbs.includes(verb)) ? [] : [notSupported(where, [...asked], verbs)];
}

/** A list whose member's name ends `path`: not empty, and `*` stands alone in it. */
function validateWildcard(
  rule: JsonObject,
  path: string,
  { none, others }: { readonly none: string; readonly others: string },
): FieldError[] {
  const asked = textsAt(rule, path.slice(path.lastIndexOf('.') + 1));
  if (asked.length === 0) return [required(path, none)];
  if (asked.length === 1 || !asked.includes('*')) return [];
  return [invalid(path, [...asked], `if '*' is present, must not specify other ${others}`)];
}

function validateNamespaces(rule: JsonObject, path: string): FieldError[] {
  const asked = textsAt(rule, 'namespaces');
  if (asked.length === 0 && at(rule, 'clusterScope') === true) return [];
  if (asked.length === 0 || asked.includes('*'))
    return validateWildcard(rule, path, {
      none: 'resource rules that are not cluster scoped must supply at least one namespace',
      others: 'namespaces',
    });
  const introduction = "each member of this list must be '*' or a DNS-1123 label; ";
  return asked.flatMap((namespace, at) => faults(dnsLabel, namespace, index(path, at), introduction));
}

function validateNonResourceRule(rule: JsonObject, path: string): FieldError[] {
  const where = child(path, 'nonResourceURLs');
  const urls = textsAt(rule, 'nonResourceURLs');
  if (urls.length === 0 || urls.includes('*')) {
    return [
      ...validateVerbs(rule, path),
      ...validateWildcard(rule, where, {
        none: 'nonResourceURLs must contain at least one value',
        others: 'non-resource URLs',
      }),
    ];
  }
  return [
    ...validateVerbs(rule, path),
    ...urls.flatMap((url, position) => {
      const problem = urlProblem(url);
      return problem === undefined ? [] : [invalid(index(where, position), url, problem)];
    }),
  ];
}

function urlProblem(url: string): string | undefined {
  if (url === '') return 'must not be empty';
  if (url === '/') return undefined;
  if (!url.startsWith('/')) return 'must start with slash';
  if (url.includes(' ')) return 'must not contain white-space';
  if (url.includes('//')) return 'must not contain double slash';
  const star = url.indexOf('*');
  const isSuffix = star === url.length - 1 && url.endsWith('/*');
  return star < 0 || isSuffix ? undefined : 'wildcard can only do suffix matching';
}
