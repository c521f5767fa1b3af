const unsafe = /[^\x21-\x7e]|[%/]/;

/** Key of an object within its collection: `namespace/name`, with `_` for cluster-scoped objects. */
export function objectKey(namespace: string, name: string): string {
  return `${namespace === '' ? '_' : namespace}/${encodeName(name)}`;
}

/** Key prefix of a namespace within a collection; empty for all. */
export function namespacePrefix(namespace: string): string {
  return namespace === '' ? '' : `${namespace}/`;
}

export function parseObjectKey(storeKey: string, prefix: string): { namespace: string; name: string } {
  const slash = storeKey.indexOf('/', prefix.length);
  const namespace = storeKey.slice(prefix.length, slash);
  const name = storeKey.slice(slash + 1);
  return {
    namespace: namespace === '_' ? '' : namespace,
    name: name.includes('%') ? decodeURIComponent(name) : name,
  };
}

function encodeName(name: string): string {
  return unsafe.test(name) ? encodeURIComponent(name) : name;
}
