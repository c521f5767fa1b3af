import type { FieldError } from '../../apimachinery/contract.ts';
import { flagAt, maybeObjectAt, textAt } from '../../apimachinery/read.ts';
import { child, invalid, notSupported, required, tooLong } from '../../apimachinery/validation/errors.ts';
import { isNumber, type JsonObject } from '../../base/index.ts';
import { validateDescendingPath } from './volumes.ts';

const maxId = 2 ** 31 - 1;

/** What a pod says of all of its containers. */
export function validatePodSecurity(security: JsonObject | undefined, path: string): FieldError[] {
  if (!security) return [];
  return [...validateSeccomp(security, path), ...validateAppArmor(security, path)];
}

/** What a container says of itself; `sharesUsers`: its pod has no users of its own. */
export function validateSecurity(
  security: JsonObject | undefined,
  path: string,
  { sharesUsers }: { readonly sharesUsers: boolean },
): FieldError[] {
  if (!security) return [];
  const errors = ['runAsUser', 'runAsGroup'].flatMap((member) => {
    const id = security[member];
    const wrong = isNumber(id) && (id < 0 || id > maxId);
    return wrong ? [invalid(child(path, member), id, `must be between 0 and ${maxId}, inclusive`)] : [];
  });
  errors.push(...validateProcMount(security, child(path, 'procMount'), sharesUsers));
  errors.push(...validateSeccomp(security, path));
  if (security['allowPrivilegeEscalation'] === false && flagAt(security, 'privileged')) {
    const detail = 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true';
    errors.push(invalid(path, security, detail));
  }
  return [...errors, ...validateAppArmor(security, path)];
}

const procMounts = ['Default', 'Unmasked'];

function validateProcMount(security: JsonObject, path: string, sharesUsers: boolean): FieldError[] {
  if (security['procMount'] === undefined) return [];
  const given = textAt(security, 'procMount');
  const errors = procMounts.includes(given) ? [] : [notSupported(path, given, procMounts)];
  if (sharesUsers && given === 'Unmasked')
    errors.push(invalid(path, given, '`hostUsers` must be false to use `Unmasked`'));
  return errors;
}

const profileTypes = ['Localhost', 'RuntimeDefault', 'Unconfined'];

function validateSeccomp(security: JsonObject, path: string): FieldError[] {
  const profile = maybeObjectAt(security, 'seccompProfile');
  if (!profile) return [];
  const here = child(path, 'seccompProfile');
  const errors = validateType(profile, here, 'seccompProfile');
  const file = child(here, 'localhostProfile');
  const isGiven = profile['localhostProfile'] !== undefined;
  if (profile['type'] !== 'Localhost')
    return isGiven
      ? [...errors, invalid(file, profile, 'can only be set when seccomp type is Localhost')]
      : errors;
  return isGiven
    ? [...errors, ...validateDescendingPath(textAt(profile, 'localhostProfile'), file)]
    : [...errors, required(file, 'must be set when seccomp type is Localhost')];
}

const profileNameBytes = 4_095;

function validateAppArmor(security: JsonObject, path: string): FieldError[] {
  const profile = maybeObjectAt(security, 'appArmorProfile');
  if (!profile) return [];
  const here = child(path, 'appArmorProfile');
  const errors = validateType(profile, here, 'appArmorProfile');
  const at = child(here, 'localhostProfile');
  const name = textAt(profile, 'localhostProfile');
  const isGiven = profile['localhostProfile'] !== undefined;
  if (profile['type'] !== 'Localhost') {
    const isOther = isGiven && errors.length === 0;
    return isOther ? [invalid(at, name, 'can only be set when AppArmor type is Localhost')] : errors;
  }
  if (name.trim() !== name) errors.push(invalid(at, name, 'must not be padded with whitespace'));
  else if (name === '') errors.push(required(at, 'must be set when AppArmor type is Localhost'));
  if (Buffer.byteLength(name) > profileNameBytes) errors.push(tooLong(at, profileNameBytes));
  return errors;
}

function validateType(profile: JsonObject, path: string, member: string): FieldError[] {
  const type = textAt(profile, 'type');
  if (profileTypes.includes(type)) return [];
  if (type === '') return [required(child(path, 'type'), `type is required when ${member} is set`)];
  return [notSupported(child(path, 'type'), type, profileTypes)];
}
