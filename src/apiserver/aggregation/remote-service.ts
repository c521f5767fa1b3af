import { conditionOf } from '../../apimachinery/conditions.ts';
import { maybeObjectAt, numberAt, objectAt, textAt } from '../../apimachinery/read.ts';
import type { JsonObject } from '../../base/index.ts';
import type { Backend, FrontProxyIdentity } from '../backends/index.ts';
import { firstGroup, type GroupVersion, type Priority } from '../discovery/priorities.ts';

const defaultPort = 443;

/** A group version that a Service serves, as its APIService says. */
export interface RemoteService extends GroupVersion {
  /** Of the APIService. */
  readonly name: string;
  readonly service: { readonly namespace: string; readonly name: string; readonly port: number };
  /** PEM; '': what Node trusts. */
  readonly ca: string;
  readonly trustsAnybody: boolean;
  readonly priority: Priority;
  readonly isAvailable: boolean;
}

/** Undefined for what is served here, which the group of APIServices always is. */
export function remoteServiceOf(apiService: JsonObject): RemoteService | undefined {
  const spec = objectAt(apiService, 'spec');
  const service = maybeObjectAt(spec, 'service');
  const [group, version] = [textAt(spec, 'group'), textAt(spec, 'version')];
  if (!service || group === firstGroup) return undefined;
  return {
    name: textAt(apiService, 'metadata', 'name'),
    group,
    version,
    service: {
      namespace: textAt(service, 'namespace'),
      name: textAt(service, 'name'),
      port: numberAt(service, 'port') || defaultPort,
    },
    ca: Buffer.from(textAt(spec, 'caBundle'), 'base64').toString('utf8').trim(),
    trustsAnybody: spec['insecureSkipTLSVerify'] === true,
    priority: { group: numberAt(spec, 'groupPriorityMinimum'), version: numberAt(spec, 'versionPriority') },
    isAvailable: textAt(conditionOf(apiService, 'Available'), 'status') === 'True',
  };
}

/** Where a group version lies: `/apis/GROUP/VERSION`, and of the core group `/api/VERSION`. */
export function pathOf({ group, version }: GroupVersion): string {
  return group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
}

/** How its server is reached, with what this one shows of itself. */
export function backendOfRemote(
  { service, ca, trustsAnybody }: RemoteService,
  frontProxy: FrontProxyIdentity,
): Backend {
  return { target: { ...service, path: '' }, ca, trustsAnybody, identity: frontProxy.identity() };
}
