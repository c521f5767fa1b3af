import { flagAt, maybeObjectAt, objectAt, objectsAt, textAt } from '../../apimachinery/read.ts';
import { isObject, type JsonObject } from '../../base/index.ts';
import { ensureObject, fill, type TypeDefaults } from './fill.ts';

const defaultFileMode = 0o644;
const tokenLifetimeSeconds = 3600;
const terminationGraceSeconds = 30;

const container: TypeDefaults = (object) => {
  fill(object, {
    imagePullPolicy: isLatest(textAt(object, 'image')) ? 'Always' : 'IfNotPresent',
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
  });
};

const podSpec: TypeDefaults = (object) => {
  fill(object, {
    dnsPolicy: 'ClusterFirst',
    restartPolicy: 'Always',
    securityContext: {},
    terminationGracePeriodSeconds: terminationGraceSeconds,
    schedulerName: 'default-scheduler',
  });
  // The old and the new name of one field; the old one follows.
  const account = textAt(object, 'serviceAccountName') || textAt(object, 'serviceAccount');
  if (account) Object.assign(object, { serviceAccountName: account, serviceAccount: account });
};

const pod: TypeDefaults = (object) => {
  const spec = objectAt(object, 'spec');
  for (const list of ['containers', 'initContainers']) {
    for (const item of objectsAt(spec, list)) requestLimits(item);
  }
  fill(spec, { enableServiceLinks: true });
  // Pods are stored with their host ports spelled out, templates are not.
  if (flagAt(spec, 'hostNetwork')) fillHostPorts(spec);
};

/** A container that states limits asks for as much, unless it says otherwise. */
function requestLimits(item: JsonObject): void {
  const limits = maybeObjectAt(item, 'resources', 'limits');
  if (!limits) return;
  const requests = ensureObject(ensureObject(item, 'resources'), 'requests');
  for (const [name, amount] of Object.entries(limits)) requests[name] ??= amount;
}

function fillHostPorts(spec: JsonObject): void {
  for (const list of ['containers', 'initContainers']) {
    for (const port of objectsAt(spec, list).flatMap((item) => objectsAt(item, 'ports'))) {
      const number = port['containerPort'];
      if (number !== undefined) fill(port, { hostPort: number });
    }
  }
}

const volume: TypeDefaults = (object) => {
  if (!Object.values(object).some(isObject)) object['emptyDir'] = {};
};

const probe: TypeDefaults = (object) => {
  fill(object, { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 });
};

const fileMode: TypeDefaults = (object) => {
  fill(object, { defaultMode: defaultFileMode });
};

/** Whether the kubelet should pull each time: no tag (and no digest) means `latest`. */
/** What names no image has no tag either. */
const longestImageName = 255;

function isLatest(image: string): boolean {
  if (image.length > longestImageName && !image.includes(':')) return false;
  if (image.includes('@')) return false;
  const tag = /:([^:/]+)$/.exec(image)?.[1];
  return tag === undefined || tag === 'latest';
}

/** Defaults of pods and of what pods are made of. */
export const podDefaults: Readonly<Record<string, TypeDefaults>> = {
  'core.v1.Container': container,
  'core.v1.EphemeralContainer': container,
  'core.v1.PodSpec': podSpec,
  'core.v1.Pod': pod,
  'core.v1.Volume': volume,
  'core.v1.Probe': probe,
  'core.v1.SecretVolumeSource': fileMode,
  'core.v1.ConfigMapVolumeSource': fileMode,
  'core.v1.DownwardAPIVolumeSource': fileMode,
  'core.v1.ProjectedVolumeSource': fileMode,
  'core.v1.ServiceAccountTokenProjection': (object) =>
    fill(object, { expirationSeconds: tokenLifetimeSeconds }),
  'core.v1.HTTPGetAction': (object) => fill(object, { path: '/', scheme: 'HTTP' }),
  'core.v1.GRPCAction': (object) => fill(object, { service: '' }),
  'core.v1.ObjectFieldSelector': (object) => fill(object, { apiVersion: 'v1' }),
  'core.v1.HostPathVolumeSource': (object) => fill(object, { type: '' }),
  'core.v1.ImageVolumeSource': (object) =>
    fill(object, { pullPolicy: isLatest(textAt(object, 'reference')) ? 'Always' : 'IfNotPresent' }),
};
