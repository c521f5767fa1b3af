import { type AdmissionStep, subjectOf, type Write } from '../../apimachinery/admission.ts';
import { forbidden, StatusError } from '../../apimachinery/status.ts';
import { Decisions } from '../../cel/admission/decisions.ts';
import type { Binding } from './binding.ts';
import { type Around, roundsOf } from './rounds.ts';
import { type Concern, mayConcern, type PolicySource } from './source.ts';
import type { ValidatingPolicy } from './validating-policy.ts';
import { type Violation, verdictOf } from './verdict.ts';

/** Asks every ValidatingAdmissionPolicy that is bound and speaks of the write. */
export function validatingPolicies(
  policies: PolicySource<ValidatingPolicy>,
  around: Omit<Around, 'cluster'>,
): AdmissionStep {
  return {
    name: 'ValidatingAdmissionPolicy',
    concerns: mayConcern,
    validate(write, cluster) {
      const concerns = policies.concerned(write);
      return concerns.length === 0 ? undefined : askAll(concerns, write, { ...around, cluster });
    },
  };
}

interface Denial {
  readonly policy: string;
  readonly binding: Binding | undefined;
  readonly message: string;
  readonly reason: string;
}

async function askAll(
  concerns: readonly Concern<ValidatingPolicy>[],
  write: Write,
  around: Around,
): Promise<void> {
  const denials: Denial[] = [];
  const decisions = new Decisions((review) => around.cluster.decide(review));
  for (const concern of concerns)
    for (const denial of await ask(concern, write, { ...around, decisions })) denials.push(denial);
  const [first] = denials;
  if (first) throw refusal(write, first);
}

async function ask(
  concern: Concern<ValidatingPolicy>,
  write: Write,
  { decisions, ...around }: Around & { readonly decisions: Decisions },
): Promise<Denial[]> {
  const { policy } = concern;
  const denials: Denial[] = [];
  const annotations = new Map<string, Set<string>>();
  const { rounds, misconfigured } = await roundsOf(concern, write, around);
  if (!policy.ignoresFailures) {
    for (const { binding, why } of misconfigured)
      denials.push({ policy: policy.name, binding, message: why, reason: '' });
  }
  for (const { binding, told } of rounds) {
    const verdict = await decisions.within((decide) => verdictOf(policy, write, { told, decide }));
    for (const violation of verdict.violations) {
      if (act(write, { policy, binding }, violation)) {
        denials.push({ policy: policy.name, binding, ...violation });
      }
    }
    for (const { key, value } of verdict.annotations) {
      const values = annotations.get(key) ?? new Set();
      annotations.set(key, values.add(cut(value)));
    }
    for (const message of verdict.failedAnnotations)
      denials.push({ policy: policy.name, binding, message, reason: '' });
  }
  for (const [key, values] of annotations)
    write.annotations[`${policy.name}/${key}`] = [...values].join(', ');
  return denials;
}

/** Does what the binding says of a violation; true when the write is denied. */
function act(
  write: Write,
  { policy, binding }: { readonly policy: ValidatingPolicy; readonly binding: Binding },
  { index, message }: Violation,
): boolean {
  const { actions, name } = binding;
  if (actions.includes('Audit')) {
    const failure = {
      message,
      policy: policy.name,
      binding: name,
      expressionIndex: index,
      validationActions: [...actions],
    };
    write.annotations['validation.policy.admission.k8s.io/validation_failure'] ??= JSON.stringify([failure]);
  }
  if (actions.includes('Warn')) {
    write.warnings.push(
      `Validation failed for ValidatingAdmissionPolicy '${policy.name}' with binding '${name}': ${message}`,
    );
  }
  return actions.includes('Deny');
}

/** Bytes that are kept of the value of one annotation. */
const annotationBytes = 10 * 1024;

function cut(value: string): string {
  if (Buffer.byteLength(value) <= annotationBytes) return value;
  return Buffer.from(value).subarray(0, annotationBytes).toString('utf8');
}

const codes: ReadonlyMap<string, number> = new Map([
  ['Forbidden', 403],
  ['Unauthorized', 401],
  ['RequestEntityTooLarge', 413],
  ['Invalid', 422],
]);

function refusal(write: Write, { policy, binding, message, reason }: Denial): StatusError {
  const by = binding ? `'${policy}' with binding '${binding.name}'` : `'${policy}'`;
  const text = `ValidatingAdmissionPolicy ${by} denied request: ${message}`;
  const { message: whole, details } = forbidden(subjectOf(write), text, [{ message: text }]);
  const shown = reason || 'Invalid';
  return new StatusError(codes.get(shown) ?? 422, shown, whole, details);
}
