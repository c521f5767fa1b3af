import { textsAt } from '../../../apimachinery/read.ts';
import {
  type Check,
  containersOf,
  distinct,
  namedContainers,
  type PodLike,
  quoted,
  type Rule,
  unlessWindows,
} from './check.ts';

const usual = [
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
];

const path = ['securityContext', 'capabilities'];

/** What containers add to their capabilities beyond what is allowed; undefined: nothing. */
const addsOthers =
  (allowed: readonly string[]) =>
  (pod: PodLike): string | undefined => {
    const bad = containersOf(pod).filter((container) =>
      textsAt(container, ...path, 'add').some((each) => !allowed.includes(each)),
    );
    if (bad.length === 0) return undefined;
    const others = bad
      .flatMap((container) => textsAt(container, ...path, 'add'))
      .filter((each) => !allowed.includes(each));
    return `${namedContainers(bad)} must not include ${quoted(distinct(others))} in securityContext.capabilities.add`;
  };

const addsUnusual = addsOthers(usual);
const addsAny = addsOthers(['NET_BIND_SERVICE']);

export const usualCapabilities: Check = {
  level: 'baseline',
  rules: [
    [
      0,
      (pod) => {
        const detail = addsUnusual(pod);
        return detail === undefined ? undefined : { reason: 'non-default capabilities', detail };
      },
    ],
  ],
};

const noCapabilities: Rule = (pod) => {
  const keeping = containersOf(pod).filter(
    (container) => !textsAt(container, ...path, 'drop').includes('ALL'),
  );
  const details = [
    keeping.length > 0
      ? `${namedContainers(keeping)} must set securityContext.capabilities.drop=["ALL"]`
      : '',
    addsAny(pod) ?? '',
  ].filter((text) => text !== '');
  return details.length === 0
    ? undefined
    : { reason: 'unrestricted capabilities', detail: details.join('; ') };
};

export const restrictedCapabilities: Check = {
  level: 'restricted',
  rules: [
    [22, noCapabilities],
    [25, unlessWindows(noCapabilities)],
  ],
  instead: usualCapabilities,
};
