import {
  boolType,
  bytesType,
  type CelType,
  doubleType,
  durationType,
  dynType,
  intType,
  listType,
  type Metered,
  mapType,
  nullType,
  type Overload,
  opaqueType,
  optionalType,
  stringType,
  timestampType,
  uintType,
} from './types.ts';
import type { Value } from './values.ts';

const simpleTypes: Readonly<Record<string, CelType>> = {
  bool: boolType,
  int: intType,
  uint: uintType,
  double: doubleType,
  string: stringType,
  bytes: bytesType,
  null: nullType,
  timestamp: timestampType,
  duration: durationType,
  dyn: dynType,
  Quantity: opaqueType('kubernetes.Quantity'),
  URL: opaqueType('kubernetes.URL'),
  IP: opaqueType('net.IP'),
  CIDR: opaqueType('net.CIDR'),
  Format: opaqueType('kubernetes.NamedFormat'),
  Semver: opaqueType('kubernetes.Semver'),
  Authorizer: opaqueType('kubernetes.authorization.Authorizer'),
  PathCheck: opaqueType('kubernetes.authorization.PathCheck'),
  GroupCheck: opaqueType('kubernetes.authorization.GroupCheck'),
  ResourceCheck: opaqueType('kubernetes.authorization.ResourceCheck'),
  Decision: opaqueType('kubernetes.authorization.Decision'),
};

/** Declares overloads; each reads its arguments as the types that its signature promises. */
export class Registry {
  readonly #functions = new Map<string, Overload[]>();

  /** `run` gets arguments that fit the signature: they were checked, when compiled or when called. */
  declare(signature: string, run: (...args: Value[]) => Value): void {
    this.#add(parseSignature(signature, run));
  }

  /** For what spends steps as it goes, beside those that every call costs. */
  declareMetered(signature: string, metered: Metered): void {
    const unmetered = () => {
      throw new Error(`${signature} is called without a budget`);
    };
    this.#add({ ...parseSignature(signature, unmetered), metered });
  }

  #add(overload: Overload): void {
    const known = this.#functions.get(overload.name);
    if (known) known.push(overload);
    else this.#functions.set(overload.name, [overload]);
  }

  lookup(name: string): readonly Overload[] | undefined {
    return this.#functions.get(name);
  }
}

/** `name(a, b) result` or `type.name(a) result`; operators are written by their names, e.g. `_+_(int, int) int`. */
function parseSignature(signature: string, run: (...args: Value[]) => Value): Overload {
  const open =
    signature.startsWith('list(') || signature.startsWith('optional(') || signature.startsWith('map(')
      ? signature.indexOf('(', signature.indexOf(').'))
      : signature.indexOf('(');
  const head = signature.slice(0, open);
  const close = closing(signature, open);
  const parameters = splitTypes(signature.slice(open + 1, close)).map(parseType);
  const result = parseType(signature.slice(close + 1).trim());
  const receiver = receiverOf(head);
  const name = receiver ? head.slice(receiver.length + 1) : head;
  const all = receiver ? [parseType(receiver), ...parameters] : parameters;
  return {
    name,
    isMember: receiver !== undefined,
    parameters: all,
    result,
    isGeneric: /\b[A-Z]\b/.test(signature),
    run,
  };
}

/** The type before the dot; a dot after another word belongs to the function's own name (`sets.contains`). */
function receiverOf(head: string): string | undefined {
  if (head.includes(').')) return head.slice(0, head.lastIndexOf(').') + 1);
  const [first = '', rest] = head.split('.');
  return rest !== undefined && (simpleTypes[first] || /^[A-Z]$/.test(first)) ? first : undefined;
}

function closing(text: string, open: number): number {
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    if (text[i] === '(') depth++;
    else if (text[i] === ')' && --depth === 0) return i;
  }
  throw new Error(`unbalanced signature ${text}`);
}

function splitTypes(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '(') depth++;
    else if (text[i] === ')') depth--;
    else if (text[i] === ',' && depth === 0) {
      parts.push(text.slice(from, i).trim());
      from = i + 1;
    }
  }
  const last = text.slice(from).trim();
  return last === '' ? parts : [...parts, last];
}

function parseType(text: string): CelType {
  const simple = simpleTypes[text];
  if (simple) return simple;
  if (/^[A-Z]$/.test(text)) return { kind: 'param', name: text };
  const open = text.indexOf('(');
  const inner = splitTypes(text.slice(open + 1, -1)).map(parseType);
  const [a = dynType, b = dynType] = inner;
  switch (text.slice(0, open)) {
    case 'list':
      return listType(a);
    case 'map':
      return mapType(a, b);
    case 'optional':
      return optionalType(a);
    case 'type':
      return { kind: 'type', of: a };
    default:
      throw new Error(`unknown type ${text} in a signature`);
  }
}
