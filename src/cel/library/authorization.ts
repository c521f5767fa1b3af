import type { AccessDecision, AccessReview, UserInfo } from '../../apimachinery/contract.ts';
import type { Registry } from '../registry.ts';
import { CelError, OpaqueValue } from '../values.ts';
import { instance, text } from './arguments.ts';

/**
 * Whether somebody may do something. Expressions are evaluated at one go: what is not known yet is thrown as
 * `Undecided`, and whoever evaluates asks and begins once more.
 */
export type Decider = (review: AccessReview) => AccessDecision;

/** An answer that has to be waited for. */
export class Undecided extends Error {
  readonly review: AccessReview;

  constructor(review: AccessReview) {
    super('the decision has not been made yet');
    this.review = review;
  }
}

/** `authorizer`, `request.userInfo` and what is asked of them. Source: k8s.io/apiserver, `pkg/cel/library/authz.go`. */
export function declareAuthorization(registry: Registry): void {
  registry.declare('Authorizer.path(string) PathCheck', (a, path) => {
    if (text(path) === '') throw new CelError('path must not be empty');
    return new PathCheck(instance(a, Authorizer), text(path));
  });
  registry.declare('Authorizer.group(string) GroupCheck', (a, group) => {
    return new GroupCheck(instance(a, Authorizer), text(group));
  });
  registry.declare('Authorizer.serviceAccount(string, string) Authorizer', (a, namespace, name) =>
    instance(a, Authorizer).as(serviceAccount(text(namespace), text(name))),
  );
  registry.declare('PathCheck.check(string) Decision', (a, verb) => instance(a, PathCheck).check(text(verb)));
  registry.declare('GroupCheck.resource(string) ResourceCheck', (a, resource) => {
    const { authorizer, group } = instance(a, GroupCheck);
    return new ResourceCheck(authorizer, { ...wholeGroup, group, resource: text(resource) });
  });
  for (const member of ['subresource', 'namespace', 'name'] as const) {
    registry.declare(`ResourceCheck.${member}(string) ResourceCheck`, (a, value) =>
      instance(a, ResourceCheck).with({ [member]: text(value) }),
    );
  }
  // Rights here are not narrowed by selectors: without them the question is the wider one, as authorizers take it.
  for (const selector of ['fieldSelector', 'labelSelector']) {
    registry.declare(`ResourceCheck.${selector}(string) ResourceCheck`, (a) => instance(a, ResourceCheck));
  }
  registry.declare('ResourceCheck.check(string) Decision', (a, verb) =>
    instance(a, ResourceCheck).check(text(verb)),
  );
  declareDecision(registry);
}

function declareDecision(registry: Registry): void {
  const decided = (value: Parameters<typeof instance>[0]) => instance(value, Decision).decided;
  registry.declare('Decision.allowed() bool', (a) => decided(a).decision === 'allow');
  registry.declare('Decision.reason() string', (a) => decided(a).reason);
  // Authorizers of this server answer or refuse: none fails.
  registry.declare('Decision.errored() bool', (a) => decided(a).decision === undefined);
  registry.declare('Decision.error() string', () => '');
}

function serviceAccount(namespace: string, name: string): UserInfo {
  const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'];
  return { username: `system:serviceaccount:${namespace}:${name}`, uid: '', groups, extra: {} };
}

abstract class Check extends OpaqueValue {
  equals(other: OpaqueValue): boolean {
    return this === other;
  }
}

/** Asks for one user. */
export class Authorizer extends Check {
  readonly typeName = 'kubernetes.authorization.Authorizer';
  readonly user: UserInfo;
  readonly decide: Decider;

  constructor(user: UserInfo, decide: Decider) {
    super();
    this.user = user;
    this.decide = decide;
  }

  as(user: UserInfo): Authorizer {
    return new Authorizer(user, this.decide);
  }
}

class PathCheck extends Check {
  readonly typeName = 'kubernetes.authorization.PathCheck';
  readonly #authorizer: Authorizer;
  readonly #path: string;

  constructor(authorizer: Authorizer, path: string) {
    super();
    this.#authorizer = authorizer;
    this.#path = path;
  }

  check(verb: string): Decision {
    const { user, decide } = this.#authorizer;
    return new Decision(decide({ user, verb, path: this.#path }));
  }
}

class GroupCheck extends Check {
  readonly typeName = 'kubernetes.authorization.GroupCheck';
  readonly authorizer: Authorizer;
  readonly group: string;

  constructor(authorizer: Authorizer, group: string) {
    super();
    this.authorizer = authorizer;
    this.group = group;
  }
}

type Asked = NonNullable<AccessReview['resource']>;

const wholeGroup = { version: '*', subresource: '', namespace: '', name: '' };

/** A question about resources that lacks nothing but its verb. */
export class ResourceCheck extends Check {
  readonly typeName = 'kubernetes.authorization.ResourceCheck';
  readonly #authorizer: Authorizer;
  readonly #asked: Asked;

  constructor(authorizer: Authorizer, asked: Asked) {
    super();
    this.#authorizer = authorizer;
    this.#asked = asked;
  }

  with(more: Partial<Asked>): ResourceCheck {
    return new ResourceCheck(this.#authorizer, { ...this.#asked, ...more });
  }

  check(verb: string): Decision {
    const { user, decide } = this.#authorizer;
    return new Decision(decide({ user, verb, resource: this.#asked }));
  }
}

class Decision extends Check {
  readonly typeName = 'kubernetes.authorization.Decision';
  readonly decided: AccessDecision;

  constructor(decided: AccessDecision) {
    super();
    this.decided = decided;
  }
}
