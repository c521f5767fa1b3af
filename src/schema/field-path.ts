import type { StructuralNode } from './structural-node.ts';

const pathStep = /^(?:\.([^.[\]]+)|\['((?:[^'\\]|\\.)*)'\])/;

/** True when a path of members and keys (`.spec['a.b']`) leads through a schema. */
export function isFieldPath(path: string, node: StructuralNode): boolean {
  let rest = path;
  let place: StructuralNode | undefined = node;
  while (rest !== '') {
    const [whole = '', dotted, quoted] = pathStep.exec(rest) ?? [];
    if (whole === '') return false;
    const name: string = dotted ?? quoted?.replace(/\\(.)/g, '$1') ?? '';
    place = place?.values ?? place?.property(name);
    if (!place) return false;
    rest = rest.slice(whole.length);
  }
  return true;
}
