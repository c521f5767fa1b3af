import { cloneJson } from '../../apimachinery/clone.ts';
import type { FieldError } from '../../apimachinery/contract.ts';
import { humanDuration } from '../../apimachinery/duration.ts';
import { at, nameOf, objectAt, objectsAt, textAt, textsAt } from '../../apimachinery/read.ts';
import { duplicate, index, invalid, notSupported, required } from '../../apimachinery/validation/errors.ts';
import { pathSegmentName } from '../../apimachinery/validation/names.ts';
import type { JsonObject } from '../../base/index.ts';
import type { BuiltInKind } from '../built-in-kind.ts';
import { ageOf, none } from '../shared/cells.ts';
import { textField } from '../shared/field-selectors.ts';

export const certificateSigningRequest: BuiltInKind = {
  group: 'certificates.k8s.io',
  versions: [{ version: 'v1' }],
  resource: 'certificatesigningrequests',
  kind: 'CertificateSigningRequest',
  scope: 'Cluster',
  shortNames: ['csr'],
  subresources: { approval: 'get patch update', status: 'get patch update' },
  columns: {
    definitions: ['Name|string|name|0', 'Age', 'SignerName', 'Requestor', 'RequestedDuration', 'Condition'],
    cells(object) {
      const expiry = at(object, 'spec', 'expirationSeconds');
      return [
        nameOf(object),
        ageOf(object),
        textAt(object, 'spec', 'signerName') || none,
        textAt(object, 'spec', 'username'),
        typeof expiry === 'number' ? humanDuration(expiry * secondMs) : none,
        signingRequestState(object),
      ];
    },
  },
  quirks: {
    knowsNoNamespace: true,
    // What a request says is the server's to fill in.
    resets: {
      '': ['spec', 'status'],
      status: ['spec', 'status.conditions'],
      approval: ['spec', 'status.certificate'],
    },
  },
  selectable: { 'spec.signerName': textField('spec', 'signerName') },
  name: pathSegmentName,
  prepareForUpdate(object, old, subresource) {
    if (subresource === 'approval') object['spec'] = cloneJson(old['spec']);
  },
  validate(object) {
    const spec = objectAt(object, 'spec');
    const errors: FieldError[] = [];
    if (!textAt(spec, 'request')) {
      errors.push(invalid('spec.request', '', 'PEM block type must be CERTIFICATE REQUEST'));
    }
    const usages = textsAt(spec, 'usages');
    if (usages.length === 0) errors.push(required('spec.usages'));
    for (const [position, usage] of usages.entries()) {
      if (keyUsages.includes(usage)) continue;
      errors.push(notSupported(index('spec.usages', position), usage, keyUsages));
    }
    for (const [position, usage] of usages.entries()) {
      if (usages.indexOf(usage) < position) errors.push(duplicate(index('spec.usages', position), usage));
    }
    const signer = textAt(spec, 'signerName');
    if (signer === 'kubernetes.io/legacy-unknown')
      errors.push(
        invalid('spec.signerName', signer, 'the legacy signerName is not allowed via this API version'),
      );
    else if (!signer) errors.push(required('spec.signerName'));
    else if (!/^[^/]+\/[^/]+$/.test(signer)) {
      const detail = "must be a fully qualified domain and path of the form 'example.com/signer-name'";
      errors.push(invalid('spec.signerName', signer, detail));
    }
    const lasts = at(spec, 'expirationSeconds');
    if (typeof lasts === 'number' && lasts < shortestSeconds) {
      const detail = 'may not specify a duration less than 600 seconds (10 minutes)';
      errors.push(invalid('spec.expirationSeconds', lasts, detail));
    }
    return errors;
  },
};

const keyUsages = [
  ...[
    'any',
    'cert sign',
    'client auth',
    'code signing',
    'content commitment',
    'crl sign',
    'data encipherment',
  ],
  ...['decipher only', 'digital signature', 'email protection', 'encipher only', 'ipsec end system'],
  ...['ipsec tunnel', 'ipsec user', 'key agreement', 'key encipherment', 'microsoft sgc', 'netscape sgc'],
  ...['ocsp signing', 's/mime', 'server auth', 'signing', 'timestamping'],
];

const secondMs = 1000;
const shortestSeconds = 600;

function signingRequestState(object: JsonObject): string {
  const types = new Set(objectsAt(object, 'status', 'conditions').map((condition) => condition['type']));
  const decision = types.has('Denied') ? 'Denied' : types.has('Approved') ? 'Approved' : 'Pending';
  const failed = types.has('Failed') ? ',Failed' : '';
  return `${decision}${failed}${textAt(object, 'status', 'certificate') ? ',Issued' : ''}`;
}
