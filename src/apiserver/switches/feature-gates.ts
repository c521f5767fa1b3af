import { aggregated, goQuote } from '../../apimachinery/validation/go-text.ts';
import { CodedError } from '../../base/index.ts';
import { knownGates } from './known-gates.ts';

/** Gates that something here asks for. */
export type BuiltGate = 'MutatingAdmissionPolicy';

const builtGates: ReadonlySet<string> = new Set<BuiltGate>(['MutatingAdmissionPolicy']);

/** What became of the feature gates that somebody set. */
export interface FeatureGates {
  isOn(gate: BuiltGate): boolean;
  /** Set to other than usual, and nobody here asks for them. */
  readonly withoutEffect: readonly string[];
  /** Of gates that will be gone, in the real server's words. */
  readonly warnings: readonly string[];
}

/** Stand for all gates of a stage that are not named themselves. */
const stages: ReadonlySet<string> = new Set(['AllAlpha', 'AllBeta']);

/**
 * Reads values of the real server's flag `--feature-gates`: `NAME=true,NAME=false`, each of which may have `kube:` before it. Throws
 * CodedError `invalid` in the words of the real server v1.34. Source: k8s.io/component-base, `featuregate/feature_gate.go`,
 * `compatibility/registry.go`
 */
export function readFeatureGates(values: readonly string[]): FeatureGates {
  const asked = askedGates(values);
  const on = new Map<string, boolean>();
  const warnings: string[] = [];
  const problems: string[] = [];
  for (const [name, value] of asked) {
    const gate = knownGates.get(name);
    if (stages.has(name)) on.set(name, value);
    else if (!gate) {
      // Of what else is wrong nothing is said.
      throw invalid(aggregated([...problems, `unrecognized feature gate: ${name}`]));
    } else if (gate.isLocked && gate.isOn !== value) {
      problems.push(`cannot set feature gate ${name} to ${value}, feature is locked to ${gate.isOn}`);
    } else {
      on.set(name, value);
      const stage = gate.stage === 'ga' ? 'GA' : gate.stage;
      if (stage === 'GA' || stage === 'deprecated')
        warnings.push(
          `Setting ${stage} feature gate ${name}=${value}. It will be removed in a future release.`,
        );
    }
  }
  if (problems.length > 0) throw invalid(aggregated(problems));
  return {
    isOn: (gate) => stateOf(gate, on),
    withoutEffect: [...asked.keys()].filter((name) => !builtGates.has(name) && isUnusual(name, on)),
    warnings,
  };
}

function stateOf(name: string, on: ReadonlyMap<string, boolean>): boolean {
  const own = on.get(name);
  if (own !== undefined) return own;
  const gate = knownGates.get(name);
  const all =
    gate?.stage === 'alpha' ? on.get('AllAlpha') : gate?.stage === 'beta' ? on.get('AllBeta') : undefined;
  return all ?? gate?.isOn === true;
}

/** True for a gate that is not as it is anyway; a stage is never as its gates are. */
function isUnusual(name: string, on: ReadonlyMap<string, boolean>): boolean {
  const gate = knownGates.get(name);
  return gate ? gate.isOn !== on.get(name) : true;
}

function askedGates(values: readonly string[]): ReadonlyMap<string, boolean> {
  const byComponent = new Map<string, string[]>();
  for (const pair of values.flatMap((value) => value.split(',')).filter((each) => each !== '')) {
    const colon = pair.indexOf(':');
    const component = colon < 0 ? '' : pair.slice(0, colon).trim();
    const own = byComponent.get(component) ?? [];
    byComponent.set(component, [...own, pair.slice(colon + 1).trim()]);
  }
  if (byComponent.has('') && byComponent.has('kube')) {
    throw invalid(
      'set kube feature gates with default empty prefix or kube: prefix consistently, do not mix use',
    );
  }
  const other = [...byComponent.keys()].find((component) => component !== '' && component !== 'kube');
  if (other !== undefined) throw invalid(`component not registered: ${other}`);
  return new Map([...byComponent.values()].flat().map(readGate));
}

function readGate(text: string): [name: string, value: boolean] {
  const at = text.indexOf('=');
  const name = (at < 0 ? text : text.slice(0, at)).trim();
  if (at < 0) throw invalid(`missing bool value for ${name}`);
  const written = text.slice(at + 1).trim();
  const value = goBoolean(written);
  if (value === undefined) throw invalid(`invalid value of ${name}=${written}, err: ${notBoolean(written)}`);
  return [name, value];
}

/** A boolean as Go reads one; undefined: it is none. */
export function goBoolean(text: string): boolean | undefined {
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(text)) return true;
  return ['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(text) ? false : undefined;
}

export function notBoolean(text: string): string {
  return `strconv.ParseBool: parsing ${goQuote(text)}: invalid syntax`;
}

export function invalid(message: string): CodedError {
  return new CodedError('invalid', message);
}
