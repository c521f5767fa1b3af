/** What an operation is called in clients made of the documents: `listCoreV1NamespacedPod`, and the group that it belongs to. */
export interface Called {
  readonly id: string;
  readonly tag: string;
}

/**
 * As the real server does from the verb and what it is done to (`list`, `NamespacedPod`).
 * Source: k8s.io/apiserver/pkg/endpoints/openapi, GetOperationIDAndTags.
 */
export function called(verb: string, what: string, group: string, version?: string): Called {
  const home = (group === '' ? 'core' : group).replace(/\.k8s\.io$/, '');
  const inGroup = version === undefined ? '' : identifier(version, true);
  const tag = version === undefined ? '' : `_${identifier(version, false)}`;
  return {
    id: `${verb}${identifier(home, true)}${inGroup}${identifier(what, true)}`,
    tag: `${identifier(home, false)}${tag}`,
  };
}

/** Without what may not stand in an identifier; the letter after it is a capital. */
function identifier(text: string, capital: boolean): string {
  let result = '';
  let raise = capital;
  for (const [at, letter] of [...text].entries()) {
    if (!/[\p{L}_]/u.test(letter) && !(at > 0 && /\p{Nd}/u.test(letter))) {
      raise = true;
      continue;
    }
    result += raise ? letter.toUpperCase() : letter;
    raise = false;
  }
  return result;
}

/** `a`, `an` or nothing before a kind, with a blank on both sides. */
export function article(kind: string): string {
  if (kind.endsWith('s') && !kind.endsWith('ss')) return ' ';
  return /^[aeiou]/i.test(kind) ? ' an ' : ' a ';
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
