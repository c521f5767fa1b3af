import { notAcceptable, StatusError } from '../../apimachinery/status.ts';
import { Recent } from '../../base/index.ts';

/** How a caller wants to be answered. */
export interface Rendering {
  readonly format: 'json' | 'yaml' | 'protobuf';
  /** `plain` is the object itself. */
  readonly as: 'plain' | 'table' | 'partial';
  /** apiVersion of a Table or PartialObjectMetadata. */
  readonly metaVersion: string;
  /** Whether metadata was asked for as of one object or as of a list. */
  readonly partialOf?: 'one' | 'list';
  /** The type asks for line breaks and blanks by itself. */
  readonly pretty?: boolean;
}

/** What most callers ask for. */
export const plainJson: Rendering = { format: 'json', as: 'plain', metaVersion: '' };

const acceptedTypes = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];
/** Headers that leave it at JSON whatever is asked for, as those of most callers do. */
const plainHeaders: ReadonlySet<string> = new Set(['', '*/*', 'application/json']);
/** Headers that come again and again are read once; twice as many at most. */
const knownLimits = { headers: 128, characters: 512 } as const;
const known = new Recent<Rendering>(knownLimits.headers);

/** What a resource can be shown as. */
export interface Offer {
  /** Custom resources have no protobuf form; their metadata has. */
  readonly custom: boolean;
  /** An answer that goes on, as a watch does: nobody frames YAML. */
  readonly stream: boolean;
  /** Objects have columns: reviews, and most subresources, do not. */
  readonly tables: boolean;
}

/** Chooses from an `Accept` header. Throws 406 when nothing in it is offered. */
export function negotiate(accept: string | undefined, offer: Offer): Rendering {
  if (accept === undefined || plainHeaders.has(accept)) return plainJson;
  const key = `${offer.custom ? 'c' : 'b'}${offer.stream ? 's' : 'w'}${offer.tables ? 't' : 'o'}${accept}`;
  const cached = known.get(key);
  if (cached) return cached;
  const chosen = choose(accept, offer);
  if (!chosen) {
    throw notAcceptable(
      offer.stream && choose(accept, { ...offer, stream: false }) ? streamTypes : acceptedTypes,
    );
  }
  if (accept.length <= knownLimits.characters) known.set(key, chosen);
  return chosen;
}

/** How a caller wants to read an error: it has no other shape than its own. Whoever takes none gets it for people. */
export function errorRendering(accept: string | undefined): Rendering {
  if (accept === undefined || plainHeaders.has(accept)) return plainJson;
  for (const { type, parameters } of acceptClauses(accept)) {
    const format = formatOf(type);
    if (format && !parameters.has('as')) return { ...plainJson, format, ...prettyOf(parameters) };
  }
  return { ...plainJson, pretty: true };
}

function prettyOf(parameters: Clause['parameters']): Pick<Rendering, 'pretty'> {
  return parameters.get('pretty') === '1' ? { pretty: true } : {};
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
  throw notRoutable(offered);
}

/** 406 of a route that makes none of the media types asked for. */
export function notRoutable(offered: readonly string[]): StatusError {
  const message = `406: Not Acceptable\n\nAvailable representations: ${offered.join(', ')}`;
  return new StatusError(406, 'NotAcceptable', message, {});
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
  for (const clause of clauses) {
    const found = renderingFor(clause, offer, jsonQuality);
    if (!found) continue;
    // YAML is chosen and then refused: what comes after it is not looked at.
    return offer.stream && found.format === 'yaml' ? undefined : found;
  }
  return undefined;
}

/** Undefined: the next clause is tried. */
function renderingFor(
  { type, parameters, quality }: Clause,
  offer: Offer,
  jsonQuality: number,
): Rendering | undefined {
  const format = formatOf(type);
  if (!format) return undefined;
  // Stored bytes are JSON: whoever likes both as much gets them as they are.
  if (format === 'protobuf' && quality <= jsonQuality) return undefined;
  const stream = parameters.get('stream') ?? '';
  if (stream !== '' && (stream !== 'watch' || format === 'yaml')) return undefined;
  const pretty = prettyOf(parameters);
  const as = parameters.get('as');
  if (as === undefined) {
    if (format === 'protobuf' && offer.custom) return undefined;
    return { format, as: 'plain', metaVersion: '', ...pretty };
  }
  const version = parameters.get('v');
  if (parameters.get('g') !== 'meta.k8s.io' || (version !== 'v1' && version !== 'v1beta1')) return undefined;
  const metaVersion = `meta.k8s.io/${version}`;
  if (as === 'Table') {
    return format === 'protobuf' || !offer.tables
      ? undefined
      : { format, as: 'table', metaVersion, ...pretty };
  }
  if (as !== 'PartialObjectMetadata' && as !== 'PartialObjectMetadataList') return undefined;
  const partialOf = as === 'PartialObjectMetadata' ? 'one' : 'list';
  return { format, as: 'partial', metaVersion, partialOf, ...pretty };
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
