import { at } from '../../../apimachinery/read.ts';
import { badSetters, type Check, containersOf, namedContainers, type Rule, unlessWindows } from './check.ts';

export const privileged: Check = {
  level: 'baseline',
  rules: [
    [
      0,
      (pod) => {
        const bad = containersOf(pod).filter((each) => at(each, 'securityContext', 'privileged') === true);
        if (bad.length === 0) return undefined;
        const detail = `${namedContainers(bad)} must not set securityContext.privileged=true`;
        return { reason: 'privileged', detail };
      },
    ],
  ],
};

const noEscalation: Rule = (pod) => {
  const bad = containersOf(pod).filter(
    (each) => at(each, 'securityContext', 'allowPrivilegeEscalation') !== false,
  );
  if (bad.length === 0) return undefined;
  const detail = `${namedContainers(bad)} must set securityContext.allowPrivilegeEscalation=false`;
  return { reason: 'allowPrivilegeEscalation != false', detail };
};

export const privilegeEscalation: Check = {
  level: 'restricted',
  rules: [
    [8, noEscalation],
    [25, unlessWindows(noEscalation)],
  ],
};

export const runAsNonRoot: Check = {
  level: 'restricted',
  rules: [
    [
      0,
      (pod) => {
        const reason = 'runAsNonRoot != true';
        const bad = badSetters(pod, ['runAsNonRoot'], (value) => value === false);
        if (bad !== '') return { reason, detail: `${bad} must not set securityContext.runAsNonRoot=false` };
        if (at(pod.spec, 'securityContext', 'runAsNonRoot') === true) return undefined;
        const silent = containersOf(pod).filter(
          (each) => at(each, 'securityContext', 'runAsNonRoot') === undefined,
        );
        if (silent.length === 0) return undefined;
        const detail = `pod or ${namedContainers(silent)} must set securityContext.runAsNonRoot=true`;
        return { reason, detail };
      },
    ],
  ],
};

export const runAsUser: Check = {
  level: 'restricted',
  rules: [
    [
      23,
      (pod) => {
        const bad = badSetters(pod, ['runAsUser'], (value) => value === 0);
        return bad === '' ? undefined : { reason: 'runAsUser=0', detail: `${bad} must not set runAsUser=0` };
      },
    ],
  ],
};
