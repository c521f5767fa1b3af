import type { Guard, Write } from '../../store/contract.ts';
import type { Table } from './table.ts';

const nobody: ReadonlySet<string> = new Set();

/** A many-to-many relation, one key per edge, readable from both ends. Edges of vanished objects do no harm. */
export class Relation {
  readonly #edges: Table<object>;
  readonly #targets = new Map<string, Set<string>>();
  readonly #sources = new Map<string, Set<string>>();
  readonly #listeners = new Set<() => void>();
  #version = 0;

  constructor(edges: Table<object>) {
    this.#edges = edges;
    edges.onChange((id, _before, after) => {
      const [source = '', target = ''] = id.split('/');
      this.#version++;
      if (after) {
        link(this.#targets, source, target);
        link(this.#sources, target, source);
      } else {
        unlink(this.#targets, source, target);
        unlink(this.#sources, target, source);
      }
      for (const listener of this.#listeners) listener();
    });
  }

  /** Calls after every edge that came or went. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** Grows with every change: what was derived from an older one is stale. */
  get version(): number {
    return this.#version;
  }

  has(source: string, target: string): boolean {
    return this.#targets.get(source)?.has(target) ?? false;
  }

  targets(source: string): ReadonlySet<string> {
    return this.#targets.get(source) ?? nobody;
  }

  sources(target: string): ReadonlySet<string> {
    return this.#sources.get(target) ?? nobody;
  }

  add(source: string, target: string): Write {
    return this.#edges.put(`${source}/${target}`, {});
  }

  remove(source: string, target: string): Write {
    return this.#edges.delete(`${source}/${target}`);
  }

  guard(source: string, target: string): Guard {
    return this.#edges.guard(`${source}/${target}`);
  }

  /** Every edge at either end of `id`. */
  edgesOf(id: string): readonly (readonly [string, string])[] {
    return [
      ...[...this.targets(id)].map((target) => [id, target] as const),
      ...[...this.sources(id)].map((source) => [source, id] as const),
    ];
  }
}

function link(index: Map<string, Set<string>>, from: string, to: string): void {
  const known = index.get(from);
  if (known) known.add(to);
  else index.set(from, new Set([to]));
}

function unlink(index: Map<string, Set<string>>, from: string, to: string): void {
  const known = index.get(from);
  known?.delete(to);
  if (known?.size === 0) index.delete(from);
}
