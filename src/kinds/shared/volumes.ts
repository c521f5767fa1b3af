import type { FieldError } from '../../apimachinery/contract.ts';
import { maybeObjectAt, objectsAt, textAt } from '../../apimachinery/read.ts';
import {
  child,
  duplicate,
  forbidden,
  index,
  invalid,
  invalidEach,
  required,
} from '../../apimachinery/validation/errors.ts';
import { dnsLabel, dnsSubdomain } from '../../apimachinery/validation/names.ts';
import { validateOptionalChoice } from '../../apimachinery/validation/values.ts';
import { isNumber, isObject, type JsonObject } from '../../base/index.ts';
import { validateClaimSpec } from './claims.ts';

const fileModeRule = 'must be a number between 0 and 0777 (octal), both inclusive';
const maxFileMode = 0o777;

/** Volumes of a pod by name: those that are fit to be mounted. */
export interface CheckedVolumes {
  readonly names: ReadonlyMap<string, JsonObject>;
  readonly errors: readonly FieldError[];
}

/** The volumes of a pod, each with a name of its own and one source. */
export function validateVolumes(spec: JsonObject, path: string): CheckedVolumes {
  const names = new Map<string, JsonObject>();
  const errors: FieldError[] = [];
  for (const [position, volume] of objectsAt(spec, 'volumes').entries()) {
    const here = index(path, position);
    const name = textAt(volume, 'name');
    const found = validateSource(volume, here);
    if (name) found.push(...invalidEach(child(here, 'name'), name, dnsLabel(name)));
    else found.push(required(child(here, 'name')));
    if (names.has(name)) found.push(duplicate(child(here, 'name'), name));
    if (found.length === 0) names.set(name, volume);
    errors.push(...found);
  }
  return { names, errors };
}

type SourceRule = (source: JsonObject, path: string) => FieldError[];

/** Members that a source cannot do without, for sources about which no more is asked. */
function needs(...members: readonly string[]): SourceRule {
  return (source, path) =>
    members.filter((member) => !textAt(source, member)).map((member) => required(child(path, member)));
}

const hostPath: SourceRule = (source, path) => {
  const target = textAt(source, 'path');
  if (!target) return [required(child(path, 'path'))];
  return [...validateNoBacksteps(target, child(path, 'path')), ...validateHostPathType(source, path)];
};

function validateHostPathType(source: JsonObject, path: string): FieldError[] {
  if (source['type'] === '') return [];
  return validateOptionalChoice(source, path, 'type', [
    '',
    'BlockDevice',
    'CharDevice',
    'Directory',
    'DirectoryOrCreate',
    'File',
    'FileOrCreate',
    'Socket',
  ]);
}

const configMap: SourceRule = (source, path) => [
  ...needs('name')(source, path),
  ...validateMode(source, path, 'defaultMode'),
  ...validateItems(source, path),
];

const secret: SourceRule = (source, path) => [
  ...needs('secretName')(source, path),
  ...validateMode(source, path, 'defaultMode'),
  ...validateItems(source, path),
];

const downward: SourceRule = (source, path) => [
  ...validateMode(source, path, 'defaultMode'),
  ...objectsAt(source, 'items').flatMap((item, position) => {
    const here = index(child(path, 'items'), position);
    const target = textAt(item, 'path');
    const errors = target
      ? validateReservedPath(target, child(here, 'path'))
      : [required(child(here, 'path'))];
    if (!item['fieldRef'] && !item['resourceFieldRef']) {
      errors.push(required(here, 'one of fieldRef and resourceFieldRef is required'));
    }
    return errors;
  }),
];

const projected: SourceRule = (source, path) => [
  ...validateMode(source, path, 'defaultMode'),
  ...objectsAt(source, 'sources').flatMap((item, position) => {
    const here = index(child(path, 'sources'), position);
    const secretSource = maybeObjectAt(item, 'secret');
    const mapSource = maybeObjectAt(item, 'configMap');
    const token = maybeObjectAt(item, 'serviceAccountToken');
    return [
      ...(secretSource ? validateNamedItems(secretSource, child(here, 'secret')) : []),
      ...(mapSource ? validateNamedItems(mapSource, child(here, 'configMap')) : []),
      ...(token ? validateToken(token, child(here, 'serviceAccountToken')) : []),
    ];
  }),
];

const validateNamedItems: SourceRule = (source, path) => [
  ...needs('name')(source, path),
  ...validateItems(source, path),
];

const minTokenSeconds = 600;

function validateToken(token: JsonObject, path: string): FieldError[] {
  const seconds = token['expirationSeconds'];
  const errors =
    isNumber(seconds) && seconds < minTokenSeconds
      ? [
          invalid(
            child(path, 'expirationSeconds'),
            seconds,
            'may not specify a duration less than 10 minutes',
          ),
        ]
      : [];
  return [...errors, ...needs('path')(token, path)];
}

const ephemeral: SourceRule = (source, path) => {
  const template = maybeObjectAt(source, 'volumeClaimTemplate');
  const here = child(path, 'volumeClaimTemplate');
  if (!template) return [required(here)];
  return validateClaimSpec(template['spec'], child(here, 'spec'));
};

const csi: SourceRule = (source, path) => {
  const driver = textAt(source, 'driver');
  return driver
    ? invalidEach(child(path, 'driver'), driver, dnsSubdomain(driver.toLowerCase()))
    : [required(child(path, 'driver'))];
};

/** In the order in which a pod's sources are looked at: the second that is found is one too many. */
const sourceRules: Readonly<Record<string, SourceRule>> = {
  emptyDir: () => [],
  hostPath,
  gitRepo: needs('repository'),
  gcePersistentDisk: needs('pdName'),
  awsElasticBlockStore: needs('volumeID'),
  secret,
  nfs: needs('server', 'path'),
  iscsi: needs('targetPortal', 'iqn'),
  glusterfs: needs('endpoints', 'path'),
  flocker: () => [],
  persistentVolumeClaim: needs('claimName'),
  rbd: needs('image'),
  cinder: needs('volumeID'),
  cephfs: () => [],
  quobyte: needs('registry', 'volume'),
  downwardAPI: downward,
  fc: () => [],
  flexVolume: needs('driver'),
  configMap,
  azureFile: needs('secretName', 'shareName'),
  vsphereVolume: needs('volumePath'),
  photonPersistentDisk: needs('pdID'),
  portworxVolume: needs('volumeID'),
  azureDisk: needs('diskName', 'diskURI'),
  storageos: () => [],
  projected,
  scaleIO: needs('gateway', 'system', 'volumeName'),
  csi,
  ephemeral,
  image: () => [],
  local: needs('path'),
};

/** Exactly one source, and that one in order. */
export function validateSource(owner: JsonObject, path: string): FieldError[] {
  const found = Object.keys(sourceRules).filter((name) => isObject(owner[name]));
  const [first, ...others] = found;
  if (first === undefined) return [required(path, 'must specify a volume type')];
  const rule = sourceRules[first];
  const source = maybeObjectAt(owner, first);
  const errors = rule && source ? rule(source, child(path, first)) : [];
  return [
    ...errors,
    ...others.map((name) => forbidden(child(path, name), 'may not specify more than 1 volume type')),
  ];
}

/** Paths must not climb. */
function validateNoBacksteps(target: string, path: string): FieldError[] {
  return target.split('/').includes('..') ? [invalid(path, target, "must not contain '..'")] : [];
}

/** A path below a directory: relative, and without climbing. */
export function validateDescendingPath(target: string, path: string): FieldError[] {
  const absolute = target.startsWith('/') ? [invalid(path, target, 'must be a relative path')] : [];
  return [...absolute, ...validateNoBacksteps(target, path)];
}

function validateReservedPath(target: string, path: string): FieldError[] {
  const errors = validateDescendingPath(target, path);
  return target.startsWith('..') && !target.startsWith('../')
    ? [...errors, invalid(path, target, "must not start with '..'")]
    : errors;
}

function validateItems(source: JsonObject, path: string): FieldError[] {
  return objectsAt(source, 'items').flatMap((item, position) => {
    const here = index(child(path, 'items'), position);
    const target = textAt(item, 'path');
    return [
      ...needs('key', 'path')(item, here),
      ...(target ? validateReservedPath(target, child(here, 'path')) : []),
      ...validateMode(item, here, 'mode'),
    ];
  });
}

function validateMode(object: JsonObject, path: string, member: string): FieldError[] {
  const mode = object[member];
  if (typeof mode !== 'number' || (mode >= 0 && mode <= maxFileMode)) return [];
  return [invalid(child(path, member), mode, fileModeRule)];
}
