import type { ClusterView, Write } from '../../apimachinery/admission.ts';
import type { AccessDecision, AccessReview } from '../../apimachinery/contract.ts';
import { forbidden } from '../../apimachinery/status.ts';
import type { JsonObject } from '../../base/index.ts';
import { fromJson } from '../../cel/admission/json.ts';
import { type Budget, BudgetExceeded } from '../../cel/compile.ts';
import { Authorizer, ResourceCheck, Undecided } from '../../cel/library/authorization.ts';
import { CelError, type Value } from '../../cel/values.ts';
import type { Shown } from './call.ts';
import type { Condition } from './hook.ts';
import { namespaceOf, requestOf } from './review.ts';
import type { Invocation } from './rules.ts';

/** Steps that all conditions of one webhook may take for one write. */
const stepsLimit = 2_500_000;
/** Rights that the conditions of one webhook may ask for. */
const decisionsLimit = 100;

/**
 * Whether the conditions of a webhook hold: one that does not keeps it out, whatever the others say. Throws 403 when
 * one cannot be evaluated, none says no, and failures are not ignored.
 */
export async function meetsConditions(
  write: Write,
  {
    invocation,
    shown,
    cluster,
  }: { readonly invocation: Invocation; readonly shown: Shown; readonly cluster: ClusterView },
): Promise<boolean> {
  const { hook } = invocation;
  const evaluation = new Evaluation(write, cluster, slotsOf(shown, requestOf(write, invocation)));
  const problems: string[] = [];
  for (const condition of hook.conditions) {
    const result = await evaluation.result(condition);
    if (result === false) return false;
    if (typeof result === 'string') problems.push(result);
  }
  if (problems.length === 0) return true;
  if (hook.ignoresFailures) return false;
  throw forbidden(subjectOf(write), aggregate(problems));
}

function subjectOf({ definition: { group, resource }, name }: Write) {
  return { group, resource, name };
}

function aggregate(problems: readonly string[]): string {
  const once = [...new Set(problems)];
  return once.length === 1 ? (once[0] ?? '') : `[${once.join(', ')}]`;
}

function slotsOf({ object, old }: Shown, request: JsonObject): Value[] {
  return [fromJson(object), fromJson(old), fromJson({}), fromJson(request)];
}

class Evaluation {
  readonly #cluster: ClusterView;
  readonly #slots: readonly Value[];
  readonly #budget: Budget = { steps: stepsLimit };
  readonly #decisions = new Map<string, AccessDecision>();

  constructor(write: Write, cluster: ClusterView, slots: readonly Value[]) {
    this.#cluster = cluster;
    const authorizer = new Authorizer(write.user, (review) => this.#decided(review));
    const { definition, subresource, name } = write;
    const { group, version, resource } = definition;
    const asked = { group, version, resource, subresource, namespace: namespaceOf(write), name };
    this.#slots = [...slots, authorizer, new ResourceCheck(authorizer, asked)];
  }

  /** What the condition says, or why it says nothing. */
  async result({ expression, source }: Condition): Promise<boolean | string> {
    if (!expression.ok) return `compilation error: ${expression.problem}`;
    for (;;) {
      try {
        const slots = [...this.#slots, ...new Array<Value>(expression.slots - this.#slots.length).fill(null)];
        return expression.program({ slots, budget: this.#budget }) === true;
      } catch (thrown) {
        if (thrown instanceof Undecided && this.#decisions.size < decisionsLimit) {
          this.#decisions.set(JSON.stringify(thrown.review), await this.#cluster.decide(thrown.review));
        } else if (thrown instanceof BudgetExceeded || thrown instanceof Undecided) {
          return 'validation failed due to running out of cost budget, no further validation rules will be run';
        } else if (thrown instanceof CelError || thrown instanceof RangeError) {
          return `expression '${source}' resulted in error: ${thrown.message}`;
        } else throw thrown;
      }
    }
  }

  #decided(review: AccessReview): AccessDecision {
    const known = this.#decisions.get(JSON.stringify(review));
    if (!known) throw new Undecided(review);
    return known;
  }
}
