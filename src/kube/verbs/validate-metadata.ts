import { isObject, type Json, type JsonObject } from '../../base/index.ts';
import type { FieldError } from '../contract.ts';
import { finalizersOf, readMetadata, textOf } from './metadata.ts';

/** All annotations of an object together. */
const annotationsBytes = 256 * 1024;

const name63 = /^(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const nameMessage =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const subdomain = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;
const subdomainMessage =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const labelValueMessage =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

/** Checks what every kind has in common; names beyond their presence are for each kind to check. */
export function validateMetadata(object: JsonObject, old: JsonObject | undefined): FieldError[] {
  const metadata = readMetadata(object);
  const errors: FieldError[] = [];
  if (textOf(metadata['name']) === '') {
    errors.push(error('Required', 'metadata.name', 'Required value: name or generateName is required'));
  }
  checkLabels(metadata['labels'], errors);
  checkAnnotations(metadata['annotations'], errors);
  checkOwners(metadata['ownerReferences'], errors);
  for (const finalizer of finalizersOf(metadata)) {
    for (const why of qualifiedNameErrors(finalizer)) {
      errors.push(error('Invalid', 'metadata.finalizers', `Invalid value: ${quote(finalizer)}: ${why}`));
    }
  }
  if (old) checkDeletion(metadata, readMetadata(old), errors);
  return errors;
}

/** Why a text is no qualified name (`prefix/name`); empty when it is one. */
export function qualifiedNameErrors(text: string): string[] {
  const parts = text.split('/');
  const errors: string[] = [];
  if (parts.length > 2)
    return [
      `a qualified name must consist of ${nameMessage.slice('name part must consist of '.length)} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`.replace(
        /regex/,
        'regex',
      ),
    ];
  const name = parts.at(-1) ?? '';
  const prefix = parts.length === 2 ? parts[0] : undefined;
  if (prefix !== undefined) {
    if (prefix === '') errors.push('prefix part must be non-empty');
    else if (!subdomain.test(prefix)) errors.push(`prefix part ${subdomainMessage}`);
  }
  if (name === '') errors.push('name part must be non-empty');
  else if (name.length > 63) errors.push('name part must be no more than 63 bytes');
  if (name !== '' && !name63.test(name)) errors.push(nameMessage);
  return errors;
}

function checkLabels(labels: Json | undefined, errors: FieldError[]): void {
  if (!isObject(labels)) return;
  for (const [key, value] of Object.entries(labels)) {
    for (const why of qualifiedNameErrors(key)) {
      errors.push(error('Invalid', 'metadata.labels', `Invalid value: ${quote(key)}: ${why}`));
    }
    const text = textOf(value);
    if (text.length > 63) {
      errors.push(
        error('Invalid', 'metadata.labels', `Invalid value: ${quote(text)}: must be no more than 63 bytes`),
      );
    }
    if (text !== '' && !name63.test(text)) {
      errors.push(error('Invalid', 'metadata.labels', `Invalid value: ${quote(text)}: ${labelValueMessage}`));
    }
  }
}

function checkAnnotations(annotations: Json | undefined, errors: FieldError[]): void {
  if (!isObject(annotations)) return;
  let bytes = 0;
  for (const [key, value] of Object.entries(annotations)) {
    for (const why of qualifiedNameErrors(key.toLowerCase())) {
      errors.push(error('Invalid', 'metadata.annotations', `Invalid value: ${quote(key)}: ${why}`));
    }
    bytes += Buffer.byteLength(key) + Buffer.byteLength(textOf(value));
  }
  if (bytes > annotationsBytes) {
    const message = `Too long: may not be more than ${annotationsBytes} bytes`;
    errors.push({ reason: 'FieldValueTooLong', field: 'metadata.annotations', message });
  }
}

function checkOwners(owners: Json | undefined, errors: FieldError[]): void {
  if (!Array.isArray(owners)) return;
  let controllers = 0;
  for (const [at, owner] of owners.entries()) {
    if (!isObject(owner)) continue;
    for (const member of ['apiVersion', 'kind', 'name', 'uid']) {
      if (textOf(owner[member]) !== '') continue;
      const message = `Invalid value: "": ${ownerMessages[member] ?? 'must not be empty'}`;
      errors.push(
        error(
          'Invalid',
          `metadata.ownerReferences.${member}`.replace('References.', `References[${at}].`),
          message,
        ),
      );
    }
    if (owner['controller'] === true) controllers++;
  }
  if (controllers > 1) {
    const message =
      'Invalid value: "metadata.ownerReferences": Only one reference can have Controller set to true. Found "true" in references';
    errors.push(error('Invalid', 'metadata.ownerReferences', message));
  }
}

const ownerMessages: Readonly<Record<string, string>> = {
  apiVersion: 'version must not be empty',
  kind: 'must not be empty',
  name: 'must not be empty',
  uid: 'must not be empty',
};

function checkDeletion(metadata: JsonObject, before: JsonObject, errors: FieldError[]): void {
  if (before['deletionTimestamp'] !== undefined) {
    const known = new Set(finalizersOf(before));
    const added = finalizersOf(metadata).filter((finalizer) => !known.has(finalizer));
    if (added.length > 0) {
      const list = `[]string{${added.map(quote).join(', ')}}`;
      const message = `Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers ${list}`;
      errors.push(error('Forbidden', 'metadata.finalizers', message));
    }
  }
}

function error(reason: 'Invalid' | 'Required' | 'Forbidden', field: string, message: string): FieldError {
  return { reason: `FieldValue${reason}`, field, message };
}

function quote(text: string): string {
  return JSON.stringify(text);
}
