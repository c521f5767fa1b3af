import { type JsonObject, withoutTrailingSlashes } from '../base/index.ts';
import { Files } from './files.ts';
import {
  containersOf,
  type MachineContainer,
  type MachinePod,
  objectIn,
  objectsIn,
  text,
  textIn,
} from './pod.ts';

/** Finds the ConfigMaps and Secrets of a pod's namespace; undefined: there is none of that name. */
export type Lookup = (kind: 'configmaps' | 'secrets', name: string) => Promise<JsonObject | undefined>;

/** What programs of one container find around them. */
export interface Surroundings {
  readonly env: ReadonlyMap<string, string>;
  readonly given: ReadonlyMap<string, Uint8Array>;
  readonly readOnly: readonly string[];
  readonly folders: readonly string[];
}

/** Something that a pod names and that is not there, in the words of a kubelet. */
export interface Missing {
  /** The volume that cannot be mounted; undefined: a container that cannot be configured. */
  readonly volume?: string;
  readonly container?: string;
  readonly message: string;
}

/** The objects that a pod names, each looked up once. */
export class PodReferences {
  readonly #pod: MachinePod;
  readonly #lookup: Lookup;
  readonly #found = new Map<string, Promise<JsonObject | undefined>>();
  readonly missing: Missing[] = [];

  constructor(pod: MachinePod, lookup: Lookup) {
    this.#pod = pod;
    this.#lookup = lookup;
  }

  find(kind: 'configmaps' | 'secrets', name: string): Promise<JsonObject | undefined> {
    const key = `${kind}/${name}`;
    let found = this.#found.get(key);
    if (!found) this.#found.set(key, (found = this.#lookup(kind, name)));
    return found;
  }

  /** Env and files of a container; notes what is missing. */
  async surroundings(container: MachineContainer): Promise<Surroundings> {
    const given = new Map<string, Uint8Array>(usualFiles(this.#pod));
    const readOnly: string[] = [];
    const folders: string[] = [];
    for (const mount of objectsIn(container.spec, 'volumeMounts')) {
      const path = withoutTrailingSlashes(text(mount['mountPath']));
      const volume = objectsIn(this.#pod.spec, 'volumes').find(({ name }) => name === mount['name']);
      if (path === '' || !volume) continue;
      const files = await this.#filesOf(volume);
      const only = text(mount['subPath']);
      if (files && only !== '') {
        const bytes = files.get(only);
        if (bytes) given.set(path, bytes);
        continue;
      }
      for (const [name, bytes] of files ?? []) given.set(`${path}/${name}`, bytes);
      folders.push(path);
      if (files || mount['readOnly'] === true) readOnly.push(path);
    }
    const env = await this.#env(container);
    return { env, given, readOnly, folders };
  }

  /** Notes what of the volumes is missing. */
  async checkVolumes(): Promise<void> {
    for (const volume of objectsIn(this.#pod.spec, 'volumes')) {
      if (!text(volume['name']).startsWith('kube-api-access-')) await this.#filesOf(volume);
    }
  }

  /** The files of a volume of ConfigMaps, Secrets and downward API; undefined for others. */
  async #filesOf(volume: JsonObject): Promise<Map<string, Uint8Array> | undefined> {
    const files = new Map<string, Uint8Array>();
    const name = text(volume['name']);
    const projected = 'projected' in volume ? objectsIn(objectIn(volume, 'projected'), 'sources') : [volume];
    let isGiven = 'projected' in volume;
    for (const source of projected) {
      for (const [member, kind] of [
        ['configMap', 'configmaps'],
        ['secret', 'secrets'],
      ] as const) {
        if (!(member in source)) continue;
        isGiven = true;
        const reference = objectIn(source, member);
        await this.#addObject(files, { kind, reference, volume: name });
      }
      if ('downwardAPI' in source) {
        isGiven = true;
        for (const item of objectsIn(objectIn(source, 'downwardAPI'), 'items')) {
          files.set(
            text(item['path']),
            Buffer.from(fieldOf(this.#pod, textIn(objectIn(item, 'fieldRef'), 'fieldPath'))),
          );
        }
      }
      if ('serviceAccountToken' in source)
        files.set('token', Buffer.from('simulated: nothing runs here that could use a token\n'));
    }
    return isGiven ? files : undefined;
  }

  async #addObject(
    files: Map<string, Uint8Array>,
    { kind, reference, volume }: { kind: 'configmaps' | 'secrets'; reference: JsonObject; volume: string },
  ): Promise<void> {
    const name = text(reference['name']) || text(reference['secretName']);
    const object = await this.find(kind, name);
    if (!object) {
      const what = kind === 'configmaps' ? 'configmap' : 'secret';
      if (reference['optional'] !== true)
        this.missing.push({ volume, message: `${what} "${name}" not found` });
      return;
    }
    const items = objectsIn(reference, 'items');
    const data = bytesOf(kind, object);
    if (items.length === 0) for (const [key, bytes] of data) files.set(key, bytes);
    for (const item of items) {
      const key = text(item['key']);
      const bytes = data.get(key);
      if (bytes) files.set(text(item['path']), bytes);
      else if (reference['optional'] !== true) {
        const what = kind === 'configmaps' ? 'configmap' : 'secret';
        this.missing.push({
          volume,
          message: `${what} references non-existent ${kind === 'configmaps' ? 'config' : 'secret'} key: ${key}`,
        });
      }
    }
  }

  async #env(container: MachineContainer): Promise<Map<string, string>> {
    const env = new Map([
      ['PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
      ['HOSTNAME', hostnameOf(this.#pod)],
      ['KUBERNETES_SERVICE_HOST', '10.0.0.1'],
      ['KUBERNETES_SERVICE_PORT', '443'],
    ]);
    for (const source of objectsIn(container.spec, 'envFrom')) {
      const prefix = text(source['prefix']);
      for (const [member, kind] of [
        ['configMapRef', 'configmaps'],
        ['secretRef', 'secrets'],
      ] as const) {
        if (!(member in source)) continue;
        const object = await this.#configured(kind, objectIn(source, member), container.name);
        for (const [key, bytes] of object ? bytesOf(kind, object) : [])
          env.set(prefix + key, Buffer.from(bytes).toString('utf8'));
      }
    }
    for (const variable of objectsIn(container.spec, 'env')) {
      const value =
        'valueFrom' in variable
          ? await this.#valueFrom(variable, container)
          : expanded(text(variable['value']), env);
      if (value !== undefined) env.set(text(variable['name']), value);
    }
    env.set('HOME', env.get('HOME') ?? '/root');
    return env;
  }

  async #valueFrom(variable: JsonObject, container: MachineContainer): Promise<string | undefined> {
    const from = objectIn(variable, 'valueFrom');
    if ('fieldRef' in from) return fieldOf(this.#pod, textIn(objectIn(from, 'fieldRef'), 'fieldPath'));
    if ('resourceFieldRef' in from) {
      const [list = '', name = ''] = textIn(objectIn(from, 'resourceFieldRef'), 'resource').split('.');
      return text(objectIn(objectIn(container.spec, 'resources'), list)[name]) || '0';
    }
    for (const [member, kind, words] of [
      ['configMapKeyRef', 'configmaps', 'ConfigMap'],
      ['secretKeyRef', 'secrets', 'Secret'],
    ] as const) {
      if (!(member in from)) continue;
      const reference = objectIn(from, member);
      const object = await this.#configured(kind, reference, container.name);
      const key = text(reference['key']);
      const bytes = object && bytesOf(kind, object).get(key);
      if (object && !bytes && reference['optional'] !== true) {
        const place = `${this.#pod.metadata.namespace}/${text(reference['name'])}`;
        this.missing.push({
          container: container.name,
          message: `couldn't find key ${key} in ${words} ${place}`,
        });
      }
      return bytes && Buffer.from(bytes).toString('utf8');
    }
    return undefined;
  }

  async #configured(
    kind: 'configmaps' | 'secrets',
    reference: JsonObject,
    container: string,
  ): Promise<JsonObject | undefined> {
    const name = text(reference['name']);
    const object = await this.find(kind, name);
    if (!object && reference['optional'] !== true) {
      this.missing.push({
        container,
        message: `${kind === 'configmaps' ? 'configmap' : 'secret'} "${name}" not found`,
      });
    }
    return object;
  }
}

/** True when a pod names ConfigMaps or Secrets other than what every pod is given. */
export function namesObjects(pod: MachinePod): boolean {
  return (
    objectsIn(pod.spec, 'volumes').some(
      (volume) =>
        !text(volume['name']).startsWith('kube-api-access-') &&
        ('configMap' in volume || 'secret' in volume || 'projected' in volume),
    ) ||
    containersOf(pod).some(
      ({ spec }) =>
        objectsIn(spec, 'envFrom').length > 0 ||
        objectsIn(spec, 'env').some((variable) => 'valueFrom' in variable),
    )
  );
}

export function filesOf({ given, readOnly, folders }: Surroundings, written?: Map<string, Buffer>): Files {
  return new Files({ given, readOnly, folders, ...(written && { written }) });
}

function bytesOf(kind: 'configmaps' | 'secrets', object: JsonObject): Map<string, Uint8Array> {
  const data = new Map<string, Uint8Array>();
  const encoding = kind === 'secrets' ? 'base64' : 'utf8';
  for (const [key, value] of Object.entries(objectIn(object, 'data')))
    data.set(key, Buffer.from(text(value), encoding));
  for (const [key, value] of Object.entries(objectIn(object, 'binaryData')))
    data.set(key, Buffer.from(text(value), 'base64'));
  return data;
}

export function hostnameOf(pod: MachinePod): string {
  return textIn(pod.spec, 'hostname') || (pod.metadata.name ?? '');
}

function usualFiles(pod: MachinePod): [string, Uint8Array][] {
  const hostname = hostnameOf(pod);
  const namespace = pod.metadata.namespace ?? 'default';
  const search = `search ${namespace}.svc.cluster.local svc.cluster.local cluster.local`;
  return [
    ['/etc/hostname', Buffer.from(`${hostname}\n`)],
    ['/etc/hosts', Buffer.from(`127.0.0.1\tlocalhost\n${textIn(pod.status, 'podIP')}\t${hostname}\n`)],
    ['/etc/resolv.conf', Buffer.from(`${search}\nnameserver 10.0.0.10\noptions ndots:5\n`)],
    ['/etc/os-release', Buffer.from('NAME="Drydock simulated container"\nID=drydock\n')],
  ];
}

/** A field that the downward API knows, as text. */
function fieldOf(pod: MachinePod, path: string): string {
  const { metadata } = pod;
  const [, list, key = ''] = /^metadata\.(labels|annotations)\['([^']+)'\]$/.exec(path) ?? [];
  if (list === 'labels' || list === 'annotations') return metadata[list]?.[key] ?? '';
  const lines = (map: Readonly<Record<string, string>> = {}) =>
    Object.entries(map)
      .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
      .join('\n');
  const values: Readonly<Record<string, string>> = {
    'metadata.name': metadata.name ?? '',
    'metadata.namespace': metadata.namespace ?? '',
    'metadata.uid': metadata.uid ?? '',
    'metadata.labels': lines(metadata.labels),
    'metadata.annotations': lines(metadata.annotations),
    'spec.nodeName': textIn(pod.spec, 'nodeName'),
    'spec.serviceAccountName': textIn(pod.spec, 'serviceAccountName'),
    'status.hostIP': textIn(pod.status, 'hostIP'),
    'status.podIP': textIn(pod.status, 'podIP'),
    'status.podIPs': textIn(pod.status, 'podIP'),
  };
  return values[path] ?? '';
}

/** `$(NAME)` as Kubernetes puts it into values and commands; `$$` is a dollar. */
export function expanded(value: string, env: ReadonlyMap<string, string>): string {
  return value.replace(/\$\$|\$\(([A-Za-z_][\w.-]*)\)/g, (all, name: string | undefined) =>
    name === undefined ? '$' : (env.get(name) ?? all),
  );
}
