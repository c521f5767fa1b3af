import { at, flagAt, numberAt, objectsAt, textAt } from '../../../apimachinery/read.ts';
import type { JsonObject } from '../../../base/index.ts';
import { badSetters, type Check, containersOf, distinct, namedContainers, plural, quoted } from './check.ts';

/** Nothing is shared with the node. */
export const hostNamespaces: Check = {
  level: 'baseline',
  rules: [
    [
      0,
      ({ spec }) => {
        const shared = ['hostNetwork', 'hostPID', 'hostIPC'].filter((name) => flagAt(spec, name));
        if (shared.length === 0) return undefined;
        return { reason: 'host namespaces', detail: shared.map((name) => `${name}=true`).join(', ') };
      },
    ],
  ],
};

export const hostPathVolumes: Check = {
  level: 'baseline',
  rules: [
    [
      0,
      ({ spec }) => {
        const bad = objectsAt(spec, 'volumes').filter((volume) => at(volume, 'hostPath') !== undefined);
        if (bad.length === 0) return undefined;
        const names = quoted(bad.map((volume) => textAt(volume, 'name')));
        return { reason: 'hostPath volumes', detail: `${plural('volume', bad.length)} ${names}` };
      },
    ],
  ],
};

export const hostPorts: Check = {
  level: 'baseline',
  rules: [
    [
      0,
      (pod) => {
        const portsOf = (container: JsonObject) =>
          objectsAt(container, 'ports')
            .map((port) => numberAt(port, 'hostPort'))
            .filter((port) => port !== 0);
        const bad = containersOf(pod).filter((container) => portsOf(container).length > 0);
        if (bad.length === 0) return undefined;
        const ports = distinct(bad.flatMap((container) => portsOf(container).map(String)));
        const use = bad.length === 1 ? 'uses' : 'use';
        const detail = `${namedContainers(bad)} ${use} ${plural('hostPort', ports.length)} ${ports.join(', ')}`;
        return { reason: 'hostPort', detail };
      },
    ],
  ],
};

const handlers = [
  ['livenessProbe'],
  ['readinessProbe'],
  ['startupProbe'],
  ['lifecycle', 'postStart'],
  ['lifecycle', 'preStop'],
];

/** Nobody has a node look at hosts of his choice. */
export const hostProbes: Check = {
  level: 'baseline',
  rules: [
    [
      34,
      (pod) => {
        const hostsOf = (container: JsonObject) =>
          handlers
            .flatMap((path) =>
              ['httpGet', 'tcpSocket'].map((kind) => textAt(container, ...path, kind, 'host')),
            )
            .filter((host) => host !== '');
        const bad = containersOf(pod).filter((container) => hostsOf(container).length > 0);
        if (bad.length === 0) return undefined;
        const names = distinct(bad.map((container) => textAt(container, 'name')));
        const hosts = distinct(bad.flatMap(hostsOf));
        const who = `${plural('container', names.length)} ${quoted(names)} ${names.length === 1 ? 'uses' : 'use'}`;
        const what = plural('probe or lifecycle host', hosts.length);
        return { reason: 'probe or lifecycle host', detail: `${who} ${what} ${quoted(hosts)}` };
      },
    ],
  ],
};

export const windowsHostProcess: Check = {
  level: 'baseline',
  rules: [
    [
      0,
      (pod) => {
        const bad = badSetters(pod, ['windowsOptions', 'hostProcess'], (value) => value === true);
        if (bad === '') return undefined;
        const detail = `${bad} must not set securityContext.windowsOptions.hostProcess=true`;
        return { reason: 'hostProcess', detail };
      },
    ],
  ],
};
