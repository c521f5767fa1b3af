import {
  EVENT_ID,
  type Event,
  getScalarValue,
  parseEvents,
  SCALAR_STYLE,
  type ScalarEvent,
  YAMLException,
} from 'js-yaml';
import { inGoWords } from './go-words.ts';
import { plainScalar, type Scalar, taggedScalar, textScalar } from './scalars.ts';
import { YamlError } from './yaml-error.ts';

/** What a reader allows of a text; its length in bytes is the caller's to limit. */
export interface YamlLimits {
  readonly nestingLevels: number;
  /** Characters of JSON that aliases and merges may add. */
  readonly aliasCharacters: number;
}

export interface YamlAsJson {
  readonly json: string;
  /** `line 4: key "a" already set in map` for each key that was given again; the last value counts. */
  readonly duplicates: readonly string[];
}

/** Told of at most as many keys given twice. */
const duplicatesTold = 100;

/**
 * The first document of a YAML text as JSON text, as Kubernetes reads it: YAML 1.1's booleans, merge keys in order of
 * appearance, keys as texts. Takes time in proportion to the text: nodes become texts as they end, and an alias uses
 * its node's text again, counted before it is joined. Throws YamlError.
 */
export function yamlToJson(text: string, limits: YamlLimits): YamlAsJson {
  const source = firstDocument(text);
  const reader = new Reader(source, limits);
  for (const event of eventsOf(source, limits)) reader.take(event);
  return { json: reader.result?.json ?? 'null', duplicates: reader.duplicates };
}

function eventsOf(source: string, { nestingLevels }: YamlLimits): Event[] {
  try {
    return parseEvents(source, { maxDepth: nestingLevels });
  } catch (thrown) {
    if (!(thrown instanceof YAMLException)) throw thrown;
    if (thrown.reason.startsWith('nesting exceeded'))
      throw new YamlError(`yaml: exceeded max depth of ${nestingLevels}`);
    throw new YamlError(`yaml: ${inGoWords(thrown, source)}`);
  }
}

/** The text up to the end of its first document: what follows is not read. */
function firstDocument(text: string): string {
  const marker = /^(?:---|\.\.\.)(?=[ \t\r\n]|$)/gm;
  for (let match = marker.exec(text); match; match = marker.exec(text)) {
    if (match[0] === '---' && isPrologue(text.slice(0, match.index))) continue;
    return text.slice(0, match.index);
  }
  return text;
}

/** Only blanks, comments and directives: the document is still to begin. */
function isPrologue(text: string): boolean {
  return text.split('\n').every((line) => {
    const [first = ''] = line.trim();
    return first === '' || first === '#' || line.startsWith('%');
  });
}

interface Entry {
  readonly json: string;
  readonly at: number;
}

/** A node that has ended. */
interface Node extends Entry {
  /** Undefined for lists and mappings, which are no keys. */
  readonly scalar: Scalar | undefined;
  /** What a merge takes over; undefined for all but mappings. */
  readonly entries: ReadonlyMap<string, Entry> | undefined;
  /** The mappings in a list, for a merge of several; undefined for all but lists of mappings. */
  readonly mappings: readonly Node[] | undefined;
}

interface Frame {
  readonly kind: 'document' | 'list' | 'mapping';
  readonly at: number;
  readonly anchor: string | undefined;
  readonly items: Node[];
  readonly entries: Map<string, Entry>;
  /** The key that waits for its value. */
  key: Node | undefined;
}

class Reader {
  readonly duplicates: string[] = [];
  result: Node | undefined;
  readonly #source: string;
  readonly #limits: YamlLimits;
  readonly #frames: Frame[] = [];
  readonly #anchors = new Map<string, Node>();
  #aliasCharacters = 0;
  #lineStarts: number[] | undefined;

  constructor(source: string, limits: YamlLimits) {
    this.#source = source;
    this.#limits = limits;
  }

  take(event: Event): void {
    switch (event.type) {
      case EVENT_ID.DOCUMENT:
        this.#open('document', 0, undefined);
        break;
      case EVENT_ID.SEQUENCE:
        this.#open('list', event.start, this.#anchorOf(event));
        break;
      case EVENT_ID.MAPPING:
        this.#open('mapping', event.start, this.#anchorOf(event));
        break;
      case EVENT_ID.SCALAR:
        this.#scalar(event);
        break;
      case EVENT_ID.ALIAS:
        this.#alias(this.#source.slice(event.anchorStart, event.anchorEnd));
        break;
      default:
        this.#close();
    }
  }

  #anchorOf({ anchorStart, anchorEnd }: { anchorStart: number; anchorEnd: number }): string | undefined {
    return anchorStart < 0 ? undefined : this.#source.slice(anchorStart, anchorEnd);
  }

  #open(kind: Frame['kind'], at: number, anchor: string | undefined): void {
    if (anchor !== undefined) this.#anchors.delete(anchor);
    this.#frames.push({ kind, at, anchor, items: [], entries: new Map(), key: undefined });
  }

  #close(): void {
    const frame = this.#frames.pop();
    if (!frame) return;
    if (frame.kind === 'document') {
      this.result ??= frame.items[0];
      return;
    }
    this.#add(frame.kind === 'list' ? listNode(frame) : mappingNode(frame), frame.anchor);
  }

  #scalar(event: ScalarEvent): void {
    const text = getScalarValue(this.#source, event);
    const tag = event.tagStart < 0 ? '' : shortTag(this.#source.slice(event.tagStart, event.tagEnd));
    const scalar =
      tag !== ''
        ? taggedScalar(tag, text)
        : event.style === SCALAR_STYLE.PLAIN
          ? plainScalar(text)
          : textScalar(text);
    if (scalar.json === 'NaN' || scalar.json.endsWith('Inf'))
      throw new YamlError(`json: unsupported value: ${scalar.json}`);
    const { json } = scalar;
    this.#add(
      { json, at: event.valueStart, scalar, entries: undefined, mappings: undefined },
      this.#anchorOf(event),
    );
  }

  #alias(name: string): void {
    const node = this.#anchors.get(name);
    if (!node) {
      const open = this.#frames.some(({ anchor }) => anchor === name);
      throw new YamlError(
        open ? `yaml: anchor '${name}' value contains itself` : `yaml: unknown anchor '${name}' referenced`,
      );
    }
    this.#charge(node.json.length);
    this.#add(node, undefined);
  }

  #charge(characters: number): void {
    this.#aliasCharacters += characters;
    if (this.#aliasCharacters > this.#limits.aliasCharacters)
      throw new YamlError('yaml: document contains excessive aliasing');
  }

  #add(node: Node, anchor: string | undefined): void {
    if (anchor !== undefined) this.#anchors.set(anchor, node);
    const frame = this.#frames.at(-1);
    if (!frame) return;
    if (frame.kind !== 'mapping') frame.items.push(node);
    else if (!frame.key) frame.key = node;
    else {
      const { key } = frame;
      frame.key = undefined;
      if (key.scalar?.kind === 'merge') this.#merge(frame, node);
      else this.#set(frame, keyOf(key), { json: node.json, at: Math.max(node.at, key.at) });
    }
  }

  #set({ entries }: Frame, key: string, value: Entry): void {
    if (entries.has(key) && this.duplicates.length < duplicatesTold) {
      this.duplicates.push(`line ${this.#lineOf(value.at)}: key ${JSON.stringify(key)} already set in map`);
    }
    entries.set(key, value);
  }

  /** The first of several has the last word. */
  #merge(frame: Frame, value: Node): void {
    const sources = value.entries ? [value] : value.mappings?.toReversed();
    if (!sources) throw new YamlError('yaml: map merge requires map or sequence of maps as the value');
    for (const { entries = new Map<string, Entry>() } of sources) {
      this.#charge(1);
      for (const [key, entry] of entries) {
        this.#charge(key.length + entry.json.length + 1);
        this.#set(frame, key, entry);
      }
    }
  }

  #lineOf(at: number): number {
    this.#lineStarts ??= [...this.#source.matchAll(/\n/g)].map(({ index }) => index);
    const starts = this.#lineStarts;
    let low = 0;
    let high = starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) < at) low = middle + 1;
      else high = middle;
    }
    return low + 1;
  }
}

function listNode({ items, at }: Frame): Node {
  const mappings = items.every(({ entries }) => entries) ? items : undefined;
  // Concatenation keeps the parts; a join would copy the innermost text once for each level.
  let json = '[';
  for (const [i, item] of items.entries()) json += i === 0 ? item.json : `,${item.json}`;
  return { json: `${json}]`, at, scalar: undefined, entries: undefined, mappings };
}

function mappingNode({ entries, at }: Frame): Node {
  let json = '';
  for (const [key, value] of entries) json += `${json === '' ? '' : ','}${JSON.stringify(key)}:${value.json}`;
  return { json: `{${json}}`, at, scalar: undefined, entries, mappings: undefined };
}

function keyOf({ scalar, entries, json }: Node): string {
  if (!scalar) {
    const shown = entries ? 'map[interface {}]interface {}' : '[]interface {}';
    throw new YamlError(`yaml: invalid map key: ${shown}${json.slice(0, 100)}`);
  }
  if (scalar.key === undefined)
    throw new YamlError('unsupported map key of type: %!s(<nil>), key: <nil>, value: <nil>');
  return scalar.key;
}

function shortTag(raw: string): string {
  const long = '!<tag:yaml.org,2002:';
  return raw.startsWith(long) ? `!!${raw.slice(long.length, -1)}` : raw;
}
