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
/** Headers that leave it at JSON whatever is asked for, as those of most callers do. */
const plainHeaders: ReadonlySet<string> = new Set(['', '*/*', 'application/json']);
const known = new Map<string, Rendering>();
const knownLimit = 256;

/** What a resource can be shown as. */
export interface Offer {
  /** Custom resources have no protobuf form; their metadata has. */
  readonly custom: boolean;
  /** An answer that goes on, as a watch does: nobody frames YAML. */
  readonly stream: boolean;
}

/** Chooses from an `Accept` header. Throws 406 when nothing in it is offered. */
export function negotiate(accept: string | undefined, offer: Offer): Rendering {
  if (accept === undefined || plainHeaders.has(accept)) return plainJson;
  const key = `${offer.custom ? 'c' : 'b'}${offer.stream ? 's' : 'w'}${accept}`;
  const cached = known.get(key);
  if (cached) return cached;
  const chosen = choose(accept, offer);
  if (!chosen) {
    throw notAcceptable(
      offer.stream && choose(accept, { ...offer, stream: false }) ? streamTypes : acceptedTypes,
    );
  }
  if (known.size < knownLimit) known.set(key, chosen);
  return chosen;
}

/** How a caller wants to read an error: it has no other shape than its own. */
export function errorFormat(accept: string | undefined): Rendering['format'] {
  if (accept === undefined || accept === '' || accept === '*/*') return 'json';
  for (const { type, parameters } of acceptClauses(accept)) {
    const format = formatOf(type);
    if (format && !parameters.has('as')) return format;
  }
  return 'json';
}

const streamTypes = ['application/json;stream=watch', 'application/vnd.kubernetes.protobuf;stream=watch'];

/**
 * Throws 406 for an `Accept` header that names no media type of a route, whatever parameters it asks for. Routes that
 * list may also watch.
 */
export function checkRoutable(accept: string | undefined, listing: boolean): void {
  if (accept === undefined || plainHeaders.has(accept)) return;
  const types = accept.split(',').map((clause) => (clause.split(';')[0] ?? '').trim());
  if (types.some((type) => type === '*/*' || acceptedTypes.includes(type))) return;
  const offered = listing ? [...acceptedTypes, ...streamTypes] : acceptedTypes;
  const message = `406: Not Acceptable\n\nAvailable representations: ${offered.join(', ')}`;
  throw new StatusError(406, 'NotAcceptable', message, {});
}

interface Clause {
  /** Lower case. */
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly quality: number;
}

/** The clauses of an `Accept` header, best first. */
export function acceptClauses(accept: string): Clause[] {
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

function choose(accept: string, offer: Offer): Rendering | undefined {
  const clauses = acceptClauses(accept);
  const jsonQuality =
    clauses.find(({ type, parameters }) => formatOf(type) === 'json' && !parameters.has('as'))?.quality ?? 0;
  for (const { type, parameters, quality } of clauses) {
    const format = formatOf(type);
    if (!format || (offer.stream && format === 'yaml')) continue;
    // Stored bytes are JSON: whoever likes both as much gets them as they are.
    if (format === 'protobuf' && quality <= jsonQuality) continue;
    const stream = parameters.get('stream');
    if (stream !== undefined && stream !== 'watch') continue;
    const as = parameters.get('as');
    if (as === undefined) {
      if (format === 'protobuf' && offer.custom) continue;
      return { format, as: 'plain', metaVersion: '' };
    }
    const version = parameters.get('v');
    if (parameters.get('g') !== 'meta.k8s.io' || (version !== 'v1' && version !== 'v1beta1')) continue;
    const metaVersion = `meta.k8s.io/${version}`;
    if (as === 'Table') {
      if (format === 'protobuf') continue;
      return { format, as: 'table', metaVersion };
    }
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
