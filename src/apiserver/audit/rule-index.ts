import type { Level, Stage } from './levels.ts';
import type { AuditPolicy, PolicyRule } from './policy.ts';

/** What rules are asked about: one request, as the real server's authorizers see it. */
export interface AuditedAttributes {
  /** Before any impersonation; undefined: nobody was recognised. */
  readonly user: { readonly username: string; readonly groups: readonly string[] } | undefined;
  readonly verb: string;
  /** Undefined for a path that is no resource's. */
  readonly resource:
    | {
        readonly group: string;
        readonly resource: string;
        readonly subresource: string;
        readonly namespace: string;
        readonly name: string;
      }
    | undefined;
  readonly path: string;
}

/** What is written of a request. */
export interface AuditDecision {
  readonly level: Level;
  readonly omitStages: ReadonlySet<Stage>;
  readonly omitManagedFields: boolean;
}

interface Entry {
  readonly place: number;
  readonly rule: PolicyRule;
  readonly decision: AuditDecision;
}

/**
 * Rules by what they ask for at least, so that a request meets those that may mean it and no others, whatever their number:
 * each rule lies under every user, group, namespace or group of resources that it names, or under nothing.
 */
export class RuleIndex {
  readonly #entries = new Map<string, Entry[]>();
  readonly #none: AuditDecision;

  constructor(policy: AuditPolicy) {
    const { omitManagedFields } = policy;
    this.#none = { level: 'None', omitStages: new Set(policy.omitStages), omitManagedFields };
    for (const [place, rule] of policy.rules.entries()) {
      const entry: Entry = {
        place,
        rule,
        decision: {
          level: rule.level,
          omitStages: new Set([...policy.omitStages, ...rule.omitStages]),
          omitManagedFields: rule.omitManagedFields ?? omitManagedFields,
        },
      };
      for (const key of new Set(keysOf(rule))) {
        const known = this.#entries.get(key);
        if (known) known.push(entry);
        else this.#entries.set(key, [entry]);
      }
    }
  }

  /** What the first rule says that means the request; nothing is written of what no rule means. */
  decide(asked: AuditedAttributes): AuditDecision {
    let best: Entry | undefined;
    for (const key of questionsOf(asked)) {
      for (const entry of this.#entries.get(key) ?? []) {
        if (best && entry.place >= best.place) break;
        if (matches(entry.rule, asked)) {
          best = entry;
          break;
        }
      }
    }
    return best?.decision ?? this.#none;
  }
}

function keysOf(rule: PolicyRule): string[] {
  if (rule.users.length > 0) return rule.users.map((name) => `user ${name}`);
  if (rule.userGroups.length > 0) return rule.userGroups.map((name) => `group ${name}`);
  if (rule.namespaces.length > 0) return rule.namespaces.map((name) => `namespace ${name}`);
  if (rule.resources.length > 0) return rule.resources.map(({ group }) => `resources ${group}`);
  if (rule.verbs.length > 0) return rule.verbs.map((verb) => `verb ${verb}`);
  return [''];
}

function* questionsOf({ user, verb, resource }: AuditedAttributes): Generator<string> {
  yield '';
  if (user) {
    yield `user ${user.username}`;
    for (const group of user.groups) yield `group ${group}`;
  }
  if (resource) {
    yield `namespace ${resource.namespace}`;
    yield `resources ${resource.group}`;
  }
  yield `verb ${verb}`;
}

function matches(rule: PolicyRule, { user, verb, resource, path }: AuditedAttributes): boolean {
  const { users, userGroups, verbs, namespaces, resources, nonResourceURLs } = rule;
  if (users.length > 0 && !(user && users.includes(user.username))) return false;
  if (userGroups.length > 0 && !user?.groups.some((group) => userGroups.includes(group))) return false;
  if (verbs.length > 0 && !verbs.includes(verb)) return false;
  if (namespaces.length + resources.length > 0)
    return resource !== undefined && matchesResource(rule, resource);
  if (nonResourceURLs.length === 0) return true;
  return resource === undefined && nonResourceURLs.some((url) => matchesPath(url, path));
}

function matchesResource(
  { namespaces, resources }: PolicyRule,
  asked: NonNullable<AuditedAttributes['resource']>,
): boolean {
  // What has no namespace is in the one without a name.
  if (namespaces.length > 0 && !namespaces.includes(asked.namespace)) return false;
  if (resources.length === 0) return true;
  const { group, resource, subresource, name } = asked;
  const whole = subresource === '' ? resource : `${resource}/${subresource}`;
  return resources.some((each) => {
    if (each.group !== group) return false;
    if (each.resources.length === 0) return true;
    if (each.resourceNames.length > 0 && !each.resourceNames.includes(name)) return false;
    return each.resources.some(
      (wanted) =>
        wanted === whole ||
        wanted === '*' ||
        wanted === `${resource}/*` ||
        (subresource !== '' && wanted === `*/${subresource}`),
    );
  });
}

function matchesPath(url: string, path: string): boolean {
  if (url === '*' || url === path) return true;
  return url.endsWith('*') && path.startsWith(url.slice(0, -1));
}
