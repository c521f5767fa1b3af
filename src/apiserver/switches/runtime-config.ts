import type { ResourceDefinition } from '../../apimachinery/contract.ts';
import { aggregated } from '../../apimachinery/validation/go-text.ts';
import { goBoolean, invalid, notBoolean } from './feature-gates.ts';
import { knownVersions, switchedVersions, usualVersions } from './known-versions.ts';

/** Which of what could be served is served. */
export interface ServedVersions {
  serves(resource: Pick<ResourceDefinition, 'group' | 'version' | 'resource'>): boolean;
  /** Switched on, and nothing of it is built here: `group/version`. */
  notBuilt(built: Iterable<Pick<ResourceDefinition, 'group' | 'version'>>): readonly string[];
}

const stages: Readonly<Record<string, RegExp>> = {
  'api/all': /^/,
  'api/ga': /^v\d+$/,
  'api/beta': /^v\d+beta\d+$/,
  'api/alpha': /^v\d+alpha\d+$/,
};

/**
 * Reads values of the real server's flag `--runtime-config`: `group/version=true`, `group/version/resource=false`, `v1=false`,
 * `api/beta=true` and such. Throws CodedError `invalid` in the words of the real server v1.34. Source: k8s.io/apiserver,
 * `pkg/server/options/api_enablement.go`, `pkg/server/resourceconfig/helpers.go`
 */
export function readRuntimeConfig(
  values: readonly string[],
  { priorityAndFairness }: { readonly priorityAndFairness: boolean },
): ServedVersions {
  const asked = askedKeys(values);
  const problems = [...(priorityAndFairness ? flowControlProblem(asked) : []), ...groupProblems(asked)];
  if (problems.length > 0) throw invalid(aggregated(problems));
  const versions = new Map<string, boolean>();
  for (const version of switchedVersions) versions.set(version, usualVersions.has(version));
  for (const [key, pattern] of Object.entries(stages)) {
    const value = asked.get(key);
    if (value === undefined) continue;
    if (value !== 'true' && value !== 'false') throw invalid(`invalid value ${key}=${value}`);
    for (const version of versions.keys())
      if (pattern.test(version.slice(version.indexOf('/') + 1))) versions.set(version, value === 'true');
  }
  const resources = namedResources(asked, versions);
  return {
    serves({ group, version, resource }) {
      const place = `${group}/${version}`;
      // Of groups that it does not know, such as that of definitions, this flag does not speak.
      return resources.get(`${place}/${resource}`) ?? versions.get(place) ?? !knownVersions.has(place);
    },
    notBuilt(built) {
      const ours = new Set([...built].map(({ group, version }) => `${group}/${version}`));
      const on = [...versions].filter(([, isOn]) => isOn).map(([version]) => version);
      const ofResources = [...resources].filter(([, isOn]) => isOn);
      const named = ofResources.map(([resource]) => resource.slice(0, resource.lastIndexOf('/')));
      return [...new Set([...on, ...named])].filter((version) => !ours.has(version)).sort();
    },
  };
}

/** Values by key: the core group's under `/v1`, as which it may be written in four ways. */
function askedKeys(values: readonly string[]): ReadonlyMap<string, string> {
  const asked = new Map<string, string>();
  for (const pair of values.flatMap((value) => value.split(',')).filter((each) => each !== '')) {
    const at = pair.indexOf('=');
    const key = (at < 0 ? pair : pair.slice(0, at)).trim();
    if (key === 'api/legacy') continue;
    const isCore = /^(api\/)?v1(\/|$)/.test(key);
    asked.set(isCore ? '/v1' : key, at < 0 ? '' : pair.slice(at + 1).trim());
  }
  return asked;
}

/** What it is that queues requests is kept in objects. */
function flowControlProblem(asked: ReadonlyMap<string, string>): string[] {
  const text = [...asked].map(([key, value]) => `${key}=${value}`).join(',');
  const off = ['flowcontrol.apiserver.k8s.io/v1', 'api/ga', 'api/all'].find((key) =>
    text.includes(`${key}=false`),
  );
  return off === undefined
    ? []
    : [`--runtime-config=${off}=false conflicts with --enable-priority-and-fairness=true`];
}

function groupProblems(asked: ReadonlyMap<string, string>): string[] {
  if (asked.size === 1 && asked.get('api/all') === 'false') return ['invalid key with only api/all=false'];
  const groups: string[] = [];
  for (const key of asked.keys()) {
    if (Object.hasOwn(stages, key)) continue;
    const parts = key.split('/');
    if (parts.length !== 2 && parts.length !== 3) return [`runtime-config invalid key ${key}`];
    groups.push(parts[0] ?? '');
  }
  const known = new Set([...knownVersions].map((version) => version.slice(0, version.indexOf('/'))));
  const unknown = groups.filter((group) => !known.has(group) && !otherGroups.has(group));
  return unknown.length > 0 ? [`unknown api groups ${unknown.join(',')}`] : [];
}

/** Of what the real server is made of besides: it knows their groups, and has no versions of them to switch. */
const otherGroups: ReadonlySet<string> = new Set(['apiextensions.k8s.io', 'apiregistration.k8s.io']);

/** Switches what is named in `versions`; returns the resources that are named themselves. */
function namedResources(
  asked: ReadonlyMap<string, string>,
  versions: Map<string, boolean>,
): ReadonlyMap<string, boolean> {
  const resources = new Map<string, boolean>();
  for (const [key, value] of asked) {
    if (Object.hasOwn(stages, key)) continue;
    const [group = '', version = '', resource] = key.split('/');
    if (otherGroups.has(group)) continue;
    const place = `${group}/${version}`;
    if (!knownVersions.has(place)) {
      throw invalid(`group version ${group === '' ? version : place} that has not been registered`);
    }
    const isOn = value === '' ? true : goBoolean(value);
    if (isOn === undefined) throw invalid(`invalid value of ${key}: ${value}, err: ${notBoolean(value)}`);
    if (resource === undefined) versions.set(place, isOn);
    else if (resource.toLowerCase() === resource) resources.set(key, isOn);
    else {
      const rule = 'group/version/resource and resource is always lowercase plural';
      throw invalid(`invalid key ${key}: ${rule}, not ${JSON.stringify(resource)}`);
    }
  }
  return resources;
}
