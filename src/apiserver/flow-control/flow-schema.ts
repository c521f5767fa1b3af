import type { UserInfo } from '../../apimachinery/contract.ts';
import { metadataOf } from '../../apimachinery/metadata.ts';
import { flagAt, nameOf, numberAt, objectAt, objectsAt, textAt, textsAt } from '../../apimachinery/read.ts';
import type { JsonObject } from '../../base/index.ts';
import type { PathRequest, RequestInfo, ResourceRequest } from '../request/request-info.ts';

/** A FlowSchema, read once for each of its states. */
export interface FlowSchema {
  readonly name: string;
  readonly uid: string;
  /** The smaller goes first. */
  readonly precedence: number;
  /** The priority level that it leads to, which may not exist. */
  readonly level: string;
  /** What tells the flows of one schema apart; undefined: they are one flow. */
  readonly by: 'user' | 'namespace' | undefined;
  readonly rules: readonly SchemaRule[];
}

/** Whom a rule means, and what of it. */
export interface SchemaRule {
  isAbout(user: UserInfo): boolean;
  readonly means: Meaning;
}

/** Which requests a rule means. */
export interface Meaning {
  /** Whatever is asked of resources, or of other paths. */
  readonly allResources: boolean;
  readonly allPaths: boolean;
  includes(info: RequestInfo): boolean;
}

export function readFlowSchema(object: JsonObject): FlowSchema {
  const spec = objectAt(object, 'spec');
  const method = textAt(spec, 'distinguisherMethod', 'type');
  const by = method === 'ByUser' ? 'user' : method === 'ByNamespace' ? 'namespace' : undefined;
  return {
    name: nameOf(object),
    uid: textAt(metadataOf(object), 'uid'),
    precedence: numberAt(spec, 'matchingPrecedence'),
    level: textAt(spec, 'priorityLevelConfiguration', 'name'),
    by,
    rules: objectsAt(spec, 'rules').map(readRule),
  };
}

/** In the order in which requests are held against them. */
export function inOrder(one: FlowSchema, other: FlowSchema): number {
  return one.precedence - other.precedence || (one.name < other.name ? -1 : 1);
}

function readRule(rule: JsonObject): SchemaRule {
  const subjects = objectsAt(rule, 'subjects').map(readSubject);
  const resources = objectsAt(rule, 'resourceRules').map(readResourceRule);
  const paths = objectsAt(rule, 'nonResourceRules').map(readPathRule);
  return {
    isAbout: (user) => subjects.some((isMeant) => isMeant(user)),
    means: {
      allResources: resources.some(({ all }) => all),
      allPaths: paths.some(({ all }) => all),
      includes: (info) =>
        info.kind === 'resource'
          ? resources.some(({ includes }) => includes(info))
          : paths.some(({ includes }) => includes(info)),
    },
  };
}

const accountPrefix = 'system:serviceaccount:';

function readSubject(subject: JsonObject): (user: UserInfo) => boolean {
  const kind = textAt(subject, 'kind');
  if (kind === 'User') {
    const name = textAt(subject, 'user', 'name');
    return name === '*' ? () => true : ({ username }) => username === name;
  }
  if (kind === 'Group') {
    const name = textAt(subject, 'group', 'name');
    return name === '*' ? () => true : ({ groups }) => groups.includes(name);
  }
  const name = textAt(subject, 'serviceAccount', 'name');
  const beginning = `${accountPrefix}${textAt(subject, 'serviceAccount', 'namespace')}:`;
  if (name === '*') return ({ username }) => username.startsWith(beginning);
  return ({ username }) => username === beginning + name;
}

interface Rule<T> {
  readonly all: boolean;
  includes(info: T): boolean;
}

function readResourceRule(rule: JsonObject): Rule<ResourceRequest> {
  const verbs = choice(textsAt(rule, 'verbs'));
  const groups = choice(textsAt(rule, 'apiGroups'));
  const resources = choice(textsAt(rule, 'resources'));
  const namespaces = choice(textsAt(rule, 'namespaces'));
  const clusterScope = flagAt(rule, 'clusterScope');
  return {
    all: clusterScope && [verbs, groups, resources, namespaces].every((each) => each === anyText),
    includes: ({ verb, group, resource, subresource, namespace }) =>
      verbs(verb) &&
      resources(subresource === '' ? resource : `${resource}/${subresource}`) &&
      groups(group) &&
      (namespace === '' ? clusterScope : namespaces(namespace)),
  };
}

function readPathRule(rule: JsonObject): Rule<PathRequest> {
  const verbs = choice(textsAt(rule, 'verbs'));
  const urls = textsAt(rule, 'nonResourceURLs').map((url) => {
    const prefix = url.endsWith('*') ? url.slice(0, -1) : url;
    return { url, below: prefix.endsWith('/') ? prefix : `${prefix}/` };
  });
  const anyPath = urls.some(({ url }) => url === '*');
  return {
    all: anyPath && verbs === anyText,
    includes: ({ verb, path }) =>
      verbs(verb) && (anyPath || urls.some(({ url, below }) => path === url || path.startsWith(below))),
  };
}

const anyText = (): boolean => true;

/** Whether a text is one of these; a star by itself is any. */
function choice(texts: readonly string[]): (text: string) => boolean {
  if (texts.length === 1 && texts[0] === '*') return anyText;
  const [only] = texts;
  if (texts.length === 1) return (text) => text === only;
  const all = new Set(texts);
  return (text) => all.has(text);
}
