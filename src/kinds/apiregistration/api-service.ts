import { conditionOf } from '../../apimachinery/conditions.ts';
import type { FieldError } from '../../apimachinery/contract.ts';
import { maybeObjectAt, nameOf, numberAt, objectAt, textAt } from '../../apimachinery/read.ts';
import { invalid, invalidEach, required } from '../../apimachinery/validation/errors.ts';
import { dns1035Label, dnsSubdomain, pathSegmentName } from '../../apimachinery/validation/names.ts';
import { isObject, type JsonObject } from '../../base/index.ts';
import type { BuiltInKind } from '../built-in-kind.ts';
import { ageOf } from '../shared/cells.ts';

export const apiService: BuiltInKind = {
  group: 'apiregistration.k8s.io',
  versions: [{ version: 'v1' }],
  resource: 'apiservices',
  kind: 'APIService',
  scope: 'Cluster',
  categories: ['api-extensions'],
  subresources: { status: 'get patch update' },
  columns: {
    definitions: ['Name|string|name|0', 'Service', 'Available', 'Age'],
    cells(object) {
      const service = maybeObjectAt(object, 'spec', 'service');
      return [
        nameOf(object),
        service ? `${textAt(service, 'namespace')}/${textAt(service, 'name')}` : 'Local',
        availability(object),
        ageOf(object),
      ];
    },
  },
  quirks: {
    updateDemandsVersion: true,
    statusHasNoColumns: true,
    statusKeepsMetadata: true,
    resets: { status: ['spec', 'metadata'] },
  },
  name: pathSegmentName,
  validate(object) {
    const spec = objectAt(object, 'spec');
    const [group, version] = [textAt(spec, 'group'), textAt(spec, 'version')];
    const name = textAt(object, 'metadata', 'name');
    const wanted = `${version}.${group}`;
    const errors: FieldError[] = [];
    // That there is none is said already.
    if (name !== '' && name !== wanted) {
      const detail = `must be \`spec.version+"."+spec.group\`: ${JSON.stringify(wanted)}`;
      errors.push(invalid('metadata.name', name, detail));
    }
    if (group === '' && version !== 'v1') {
      errors.push(required('spec.group', 'only v1 may have an empty group and it better be legacy kube'));
    }
    if (group !== '') errors.push(...invalidEach('spec.group', group, dnsSubdomain(group)));
    errors.push(...invalidEach('spec.version', version, dns1035Label(version)));
    errors.push(
      ...validatePriority(spec, 'groupPriorityMinimum', mostGroupPriority),
      ...validatePriority(spec, 'versionPriority', mostVersionPriority),
    );
    return [...errors, ...(isObject(spec['service']) ? validateService(spec) : validateLocal(spec))];
  },
};

const mostGroupPriority = 20_000;

const mostVersionPriority = 1_000;

const mostPort = 65_535;

function validatePriority(spec: JsonObject, field: string, most: number): FieldError[] {
  const value = numberAt(spec, field);
  if (value > 0 && value <= most) return [];
  return [invalid(`spec.${field}`, value, `must be positive and less than ${most}`)];
}

function validateLocal(spec: JsonObject): FieldError[] {
  const bundle = Buffer.from(textAt(spec, 'caBundle'), 'base64');
  const errors: FieldError[] = [];
  if (bundle.length > 0) {
    errors.push(
      invalid('spec.caBundle', `${bundle.length} bytes`, 'local APIServices may not have a caBundle'),
    );
  }
  if (spec['insecureSkipTLSVerify'] === true) {
    const detail = 'local APIServices may not have insecureSkipTLSVerify';
    errors.push(invalid('spec.insecureSkipTLSVerify', true, detail));
  }
  return errors;
}

function validateService(spec: JsonObject): FieldError[] {
  const service = objectAt(spec, 'service');
  const errors = ['namespace', 'name']
    .filter((member) => textAt(service, member) === '')
    .map((member) => required(`spec.service.${member}`));
  const port = numberAt(service, 'port');
  if (port < 1 || port > mostPort) {
    errors.push(
      invalid('spec.service.port', port, 'port is not valid: must be between 1 and 65535, inclusive'),
    );
  }
  if (spec['insecureSkipTLSVerify'] === true && textAt(spec, 'caBundle') !== '') {
    errors.push(invalid('spec.insecureSkipTLSVerify', true, 'may not be true if caBundle is present'));
  }
  return errors;
}

function availability(object: JsonObject): string {
  const condition = conditionOf(object, 'Available');
  if (!condition) return 'Unknown';
  const status = textAt(condition, 'status');
  const reason = textAt(condition, 'reason');
  return status !== 'True' && reason ? `${status} (${reason})` : status;
}
