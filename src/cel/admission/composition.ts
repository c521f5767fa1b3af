import { type CelType, dynType, listType, mapType } from '../types.ts';

/** The type of `variables`: it grows with each variable that is declared, and knows those before it. */
export class Composition {
  readonly type: CelType;
  readonly #fields = new Map<string, CelType>();

  constructor() {
    const fieldType = (name: string) => this.#fields.get(name);
    this.type = { kind: 'object', of: { name: 'kubernetes.variables', fieldType } };
  }

  declare(name: string, type: CelType | undefined): void {
    this.#fields.set(name, type ? plainType(type) : dynType);
  }
}

/** Only plain types, and lists and maps of them, are known to those who use a variable. */
function plainType(type: CelType): CelType {
  switch (type.kind) {
    case 'list':
      return listType(plainType(type.element));
    case 'map':
      return mapType(plainType(type.key), plainType(type.value));
    case 'object':
    case 'opaque':
    case 'type':
    case 'param':
      return dynType;
    default:
      return type;
  }
}
