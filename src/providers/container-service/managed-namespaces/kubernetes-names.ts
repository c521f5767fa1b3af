import type { Fields } from '../../fields.ts';

const part = /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)$/;
const domain = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;
const longestDomainCharacters = 253;
const longestAnnotationsBytes = 256 * 1024;

/** Whether Kubernetes takes that as the key of a label or an annotation. */
function isQualifiedName(key: string): boolean {
  const slash = key.indexOf('/');
  if (slash < 0) return part.test(key);
  const prefix = key.slice(0, slash);
  return prefix.length <= longestDomainCharacters && domain.test(prefix) && part.test(key.slice(slash + 1));
}

/** Prefixes of what the fleet and Kubernetes themselves write. */
const ownPrefixes = ['fleet.azure.com', 'kubernetes-fleet.io', 'kubernetes.io/metadata.name'];

function isTheirs(key: string): boolean {
  return ownPrefixes.some((own) => key === own || key.startsWith(`${own}/`));
}

export function readLabels(fields: Fields): Record<string, string> {
  const labels = fields.stringMap('labels');
  for (const [key, value] of Object.entries(labels)) {
    demandKey(fields, 'labels', key);
    if (value !== '' && !part.test(value)) {
      throw fields.wrong('labels', `'${value}' is no valid value of a Kubernetes label`);
    }
  }
  return labels;
}

export function readAnnotations(fields: Fields): Record<string, string> {
  const annotations = fields.stringMap('annotations');
  let bytes = 0;
  for (const [key, value] of Object.entries(annotations)) {
    demandKey(fields, 'annotations', key.toLowerCase());
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (bytes > longestAnnotationsBytes) {
    throw fields.wrong('annotations', `they have more than ${longestAnnotationsBytes} bytes`);
  }
  return annotations;
}

function demandKey(fields: Fields, member: string, key: string): void {
  if (!isQualifiedName(key)) {
    throw fields.wrong(member, `'${key}' is no valid key of a Kubernetes label or annotation`);
  }
  if (isTheirs(key)) throw fields.wrong(member, `'${key}' belongs to the fleet`);
}

const quantity = /^\+?(?:\d+(?:\.\d*)?|\.\d+)(?:[numkMGTPE]|[KMGTPE]i|[eE][+-]?\d+)?$/;

export function readQuantity(fields: Fields, member: string): string | undefined {
  const amount = fields.string(member);
  if (amount !== undefined && (!quantity.test(amount) || amount.length > 64)) {
    throw fields.wrong(member, `'${amount}' is no Kubernetes quantity of zero or more, such as 500m or 2Gi`);
  }
  return amount;
}
