import type { FieldError } from '../../apimachinery/contract.ts';
import { maybeObjectAt, objectAt, objectsAt, textAt } from '../../apimachinery/read.ts';
import {
  child,
  duplicate,
  index,
  invalid,
  invalidEach,
  notSupported,
  required,
} from '../../apimachinery/validation/errors.ts';
import { dnsLabel, dnsSubdomain } from '../../apimachinery/validation/names.ts';
import type { JsonObject } from '../../base/index.ts';

const allocationModes = ['All', 'ExactCount'];

/** Field errors of the devices that a claim asks for, by their names; what their expressions say is not looked at. */
export function validateDeviceRequests(spec: JsonObject, path: string): FieldError[] {
  const here = child(path, 'devices.requests');
  const seen = new Set<string>();
  return objectsAt(spec, 'devices', 'requests').flatMap((request, at) => {
    const place = index(here, at);
    const name = textAt(request, 'name');
    const errors = invalidEach(child(place, 'name'), name, dnsLabel(name));
    errors.push(...validateChoice(request, place));
    if (name !== '' && seen.has(name)) errors.push(duplicate(child(place, 'name'), name));
    seen.add(name);
    return errors;
  });
}

function validateChoice(request: JsonObject, place: string): FieldError[] {
  const exactly = maybeObjectAt(request, 'exactly');
  const alternatives = objectsAt(request, 'firstAvailable');
  if (!exactly && alternatives.length === 0) {
    return [required(place, 'exactly one of `exactly` or `firstAvailable` is required')];
  }
  if (!exactly) return [];
  const path = child(place, 'exactly');
  const className = textAt(exactly, 'deviceClassName');
  const field = child(path, 'deviceClassName');
  const errors =
    className === '' ? [required(field)] : invalidEach(field, className, dnsSubdomain(className));
  errors.push(...validateSelectors(exactly, path));
  const mode = textAt(exactly, 'allocationMode');
  if (mode !== '' && !allocationModes.includes(mode)) {
    errors.push(notSupported(child(path, 'allocationMode'), mode, allocationModes));
  }
  return errors;
}

/** Field errors of selectors that say nothing. */
export function validateSelectors(holder: JsonObject, path: string): FieldError[] {
  return objectsAt(holder, 'selectors').flatMap((selector, at) => {
    const place = child(index(child(path, 'selectors'), at), 'cel');
    return maybeObjectAt(selector, 'cel') ? [] : [required(place)];
  });
}

const nodeChoices = ['nodeName', 'nodeSelector', 'allNodes', 'perDeviceNodeSelection'];
const oneOf = `exactly one of ${nodeChoices.map((name) => `\`${name}\``).join(', ')} is required`;

/** Field errors of what a driver says of its devices: names, pool and where they are. */
export function validateSlice(spec: JsonObject): FieldError[] {
  const driver = textAt(spec, 'driver');
  const errors: FieldError[] = driver === '' ? [required('spec.driver')] : [];
  errors.push(...invalidEach('spec.driver', driver, dnsSubdomain(driver.toLowerCase())));
  errors.push(...validatePool(objectAt(spec, 'pool')));
  const chosen = nodeChoices.filter((name) => ![undefined, null, '', false].includes(scalarAt(spec, name)));
  if (chosen.length === 0) errors.push(required('spec', oneOf));
  if (chosen.length > 1) {
    const shown = `{${chosen.map((name) => `\`${name}\``).join(', ')}}`;
    errors.push(invalid('spec', shown, `${oneOf}, but multiple fields are set`));
  }
  const seen = new Set<string>();
  for (const [at, device] of objectsAt(spec, 'devices').entries()) {
    const name = textAt(device, 'name');
    const field = child(index('spec.devices', at), 'name');
    errors.push(...invalidEach(field, name, dnsLabel(name)));
    if (name !== '' && seen.has(name)) errors.push(duplicate(field, name));
    seen.add(name);
  }
  return errors;
}

/** Objects count as chosen. */
function scalarAt(spec: JsonObject, name: string): string | boolean | undefined | null {
  const value = spec[name];
  return typeof value === 'string' || typeof value === 'boolean' || value === null || value === undefined
    ? value
    : true;
}

function validatePool(pool: JsonObject): FieldError[] {
  const name = textAt(pool, 'name');
  const parts = name === '' ? [] : name.split('/');
  const errors: FieldError[] = name === '' ? [required('spec.pool.name')] : [];
  for (const part of parts) errors.push(...invalidEach('spec.pool.name', part, dnsSubdomain(part)));
  const [count = 0, generation = 0] = [pool['resourceSliceCount'], pool['generation']];
  if (Number(count) <= 0) {
    errors.push(invalid('spec.pool.resourceSliceCount', count, 'must be greater than zero'));
  }
  if (Number(generation) < 0) {
    errors.push(invalid('spec.pool.generation', generation, 'must be greater than or equal to zero'));
  }
  return errors;
}
