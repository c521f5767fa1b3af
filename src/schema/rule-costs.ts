import type { FieldError } from '../apimachinery/contract.ts';
import { forbidden } from '../apimachinery/validation/errors.ts';

/** What rules may cost by estimate, in the units of CEL. */
export const costLimits = {
  expressionUnits: 10_000_000,
  schemaUnits: 100_000_000,
} as const;

/** Rules named beside a total that is too high. */
const namedRulesLimit = 4;

/** Adds up what the rules of one schema cost. */
export class RuleCosts {
  #total = 0;
  #most: { readonly path: string; readonly cost: number }[] = [];

  add(path: string, cost: number): void {
    this.#total += cost;
    // A rule below one hundredth of the limit is not worth naming.
    if (cost < costLimits.schemaUnits / 100) return;
    this.#most.push({ path, cost });
    this.#most = this.#most.toSorted((a, b) => b.cost - a.cost).slice(0, namedRulesLimit);
  }

  /** The errors when all rules together cost too much: the dearest by name, then the schema at `path`. */
  problems(path: string): FieldError[] {
    const total = 'x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema';
    const problem = exceeds(total, this.#total, costLimits.schemaUnits);
    if (problem === undefined) return [];
    const part = 'contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema';
    return [...this.#most.map((rule) => forbidden(rule.path, part)), forbidden(path, problem)];
  }
}

/** Why a cost is too high, by how much and what to do; undefined when it is not. */
export function exceeds(what: string, cost: number, limit: number): string | undefined {
  if (cost <= limit) return undefined;
  const factor = cost / limit;
  // A factor near one is told with more digits, one beyond a hundred not at all.
  const shown = factor > 100 ? 'more than 100' : factor < 1.5 ? factor.toFixed(6) : factor.toFixed(1);
  return `${what} exceeds budget by factor of ${shown}x (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)`;
}
