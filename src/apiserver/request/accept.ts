import { notAcceptable, StatusError } from '../../apimachinery/status.ts';

/** How a caller wants to be answered. */
export interface Rendering {
  readonly format: 'json' | 'yaml' | 'protobuf';
  /** `plain` is the object itself. */
  readonly as: 'plain' | 'table' | 'partial';
  /** apiVersion of a Table or PartialObjectMetadata. */
  readonly metaVersion: string;
  /** Whether metadata was asked for as of one object or as of a list. */
  readonly partialOf?: 'one' | 'list';
}

export const plainJson: Rendering = { format: 'json', as: 'plain', metaVersion: '' };

const acceptedTypes = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];
const known = new Map<string, Rendering>();
const knownLimit = 256;

/** Chooses from an `Accept` header. Throws 406 when nothing in it is offered. */
export function negotiate(accept: string | undefined): Rendering {
  if (accept === undefined || accept === '' || accept === '*/*') return plainJson;
  const cached = known.get(accept);
  if (cached) return cached;
  const chosen = choose(accept);
  if (!chosen) throw notAcceptable(acceptedTypes);
  if (known.size < knownLimit) known.set(accept, chosen);
  return chosen;
}

const streamTypes = ['application/json;stream=watch', 'application/vnd.kubernetes.protobuf;stream=watch'];

/**
 * Throws 406 for an `Accept` header that names no media type of a route, whatever parameters it asks for. Routes that
 * list may also watch.
 */
export function checkRoutable(accept: string | undefined, listing: boolean): void {
  if (accept === undefined || accept === '' || accept === '*/*' || known.has(accept)) return;
  const types = accept.split(',').map((clause) => (clause.split(';')[0] ?? '').trim());
  if (types.some((type) => type === '*/*' || acceptedTypes.includes(type))) return;
  const offered = listing ? [...acceptedTypes, ...streamTypes] : acceptedTypes;
  const message = `406: Not Acceptable\n\nAvailable representations: ${offered.join(', ')}`;
  throw new StatusError(406, 'NotAcceptable', message, {});
}

/** The clauses of an `Accept` header, best first. */
export function acceptClauses(accept: string): { type: string; parameters: Map<string, string> }[] {
  const clauses = accept.split(',').map((clause, order) => {
    const [type = '', ...rest] = clause.split(';').map((part) => part.trim());
    const parameters = new Map<string, string>();
    for (const parameter of rest) {
      const [name = '', value = ''] = parameter.split('=');
      parameters.set(name.trim(), value.trim());
    }
    return { type: type.toLowerCase(), parameters, order, quality: Number(parameters.get('q') ?? 1) };
  });
  return clauses.sort((a, b) => b.quality - a.quality || a.order - b.order);
}

function choose(accept: string): Rendering | undefined {
  for (const { type, parameters } of acceptClauses(accept)) {
    const format = formatOf(type);
    if (!format) continue;
    // Stored bytes are JSON: whoever takes both gets them as they are.
    if (format === 'protobuf' && takesJson(accept)) continue;
    const as = parameters.get('as');
    if (as === undefined) return { format, as: 'plain', metaVersion: '' };
    const version = parameters.get('v');
    if (parameters.get('g') !== 'meta.k8s.io' || (version !== 'v1' && version !== 'v1beta1')) continue;
    const metaVersion = `meta.k8s.io/${version}`;
    if (as === 'Table') return { format, as: 'table', metaVersion };
    if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList') {
      return {
        format,
        as: 'partial',
        metaVersion,
        partialOf: as === 'PartialObjectMetadata' ? 'one' : 'list',
      };
    }
  }
  return undefined;
}

function takesJson(accept: string): boolean {
  return acceptClauses(accept).some(
    ({ type, parameters }) => formatOf(type) === 'json' && !parameters.has('as'),
  );
}

function formatOf(type: string): Rendering['format'] | undefined {
  switch (type) {
    case 'application/json':
    case 'application/*':
    case '*/*':
      return 'json';
    case 'application/yaml':
    case 'text/yaml':
      return 'yaml';
    case 'application/vnd.kubernetes.protobuf':
      return 'protobuf';
    default:
      return undefined;
  }
}
