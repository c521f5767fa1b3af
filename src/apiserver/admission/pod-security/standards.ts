import { restrictedCapabilities, usualCapabilities } from './capabilities.ts';
import type { Check, PodLike, Rule, Violation } from './check.ts';
import {
  appArmorProfile,
  procMount,
  requiredSeccompProfile,
  seccompProfile,
  seLinuxOptions,
} from './confinement.ts';
import { hostNamespaces, hostPathVolumes, hostPorts, hostProbes, windowsHostProcess } from './host.ts';
import type { Standard } from './policy.ts';
import { privileged, privilegeEscalation, runAsNonRoot, runAsUser } from './privileges.ts';
import { sysctls } from './sysctls.ts';
import { restrictedVolumes } from './volumes.ts';

/** In the order in which they are told. */
const checks: readonly Check[] = [
  appArmorProfile,
  usualCapabilities,
  hostNamespaces,
  hostPathVolumes,
  hostPorts,
  hostProbes,
  privileged,
  procMount,
  seLinuxOptions,
  seccompProfile,
  sysctls,
  windowsHostProcess,
  privilegeEscalation,
  restrictedCapabilities,
  restrictedVolumes,
  runAsNonRoot,
  runAsUser,
  requiredSeccompProfile,
];

/** The minor version of the newest rules: later ones are the same. */
const newestMinor = Math.max(...checks.flatMap(({ rules }) => rules.map(([since]) => since)));

/** What a pod has that the standard does not allow. */
export function violations({ level, minor }: Standard, pod: PodLike): Violation[] {
  if (level === 'privileged') return [];
  const version = Math.min(minor ?? newestMinor, newestMinor);
  const asked = checks.filter((check) => check.level === 'baseline' || level === 'restricted');
  const instead = new Set(asked.flatMap((check) => (ruleOf(check, version) && check.instead) ?? []));
  return asked.flatMap((check) => (instead.has(check) ? [] : (ruleOf(check, version)?.(pod) ?? [])));
}

function ruleOf({ rules }: Check, minor: number): Rule | undefined {
  return rules.findLast(([since]) => since <= minor)?.[1];
}

/** Violations as they are told of one pod. */
export function told(found: readonly Violation[]): string {
  return found.map(({ reason, detail }) => (detail === '' ? reason : `${reason} (${detail})`)).join(', ');
}
