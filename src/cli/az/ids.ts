import { AzError } from './errors.ts';

/** The parts of a resource id that `--ids` fills in. */
export interface ResourceIdParts {
  readonly subscription: string;
  readonly resourceGroup: string;
  /** Names from the outermost resource to the innermost. */
  readonly names: readonly string[];
  readonly namespace: string;
  /** e.g. `virtualNetworks/subnets`. */
  readonly type: string;
}

/** Takes a resource id apart; undefined when the text is none. */
export function parseResourceId(id: string): ResourceIdParts | undefined {
  const match = /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)(?:\/providers\/([^/]+)\/(.+))?\/?$/i.exec(
    id.trim(),
  );
  if (!match) return undefined;
  const [, subscription = '', resourceGroup = '', namespace = '', rest = ''] = match;
  const segments = rest.split('/').filter((segment) => segment !== '');
  if (segments.length % 2 !== 0) return undefined;
  return {
    subscription,
    resourceGroup,
    namespace,
    type: segments.filter((_, i) => i % 2 === 0).join('/'),
    names: segments.filter((_, i) => i % 2 === 1),
  };
}

/** True for a complete resource id. */
export function isResourceId(text: string): boolean {
  const parts = parseResourceId(text);
  return parts !== undefined && parts.names.length > 0;
}

/** The ids in the words of `--ids`: blanks, line ends and JSON lists are taken apart. Throws on a bad one. */
export function readIds(words: readonly string[]): string[] {
  const ids = words.flatMap(readIdWord);
  for (const id of ids) if (!isResourceId(id)) throw new AzError(`invalid resource ID: ${id}`);
  return ids;
}

function readIdWord(word: string): string[] {
  const trimmed = word.trim();
  if (trimmed.startsWith('[') || trimmed.startsWith('{') || trimmed.startsWith('"')) {
    try {
      const value: unknown = JSON.parse(trimmed);
      return (Array.isArray(value) ? value : [value]).map((item) => {
        if (typeof item === 'string') return item;
        return typeof item === 'object' && item !== null && 'id' in item ? String(item.id) : String(item);
      });
    } catch {
      return [trimmed];
    }
  }
  return trimmed.split(/\s+/);
}
