import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { Loaded } from './api.tsx';
import { reading, words } from './words.tsx';

/** What was loaded, or why not, or what is waited for. */
export function Waiting<T>({
  what,
  loaded,
  children,
}: {
  readonly what: string;
  readonly loaded: Loaded<T>;
  readonly children: (value: T) => ComponentChildren;
}) {
  if (loaded.state === 'there') return <>{children(loaded.value)}</>;
  if (loaded.state === 'loading')
    return (
      <p class="quiet" role="status">
        {reading(what)}
      </p>
    );
  return (
    <div class="problem" role="alert">
      <strong>{words.failed}</strong>
      <p>{loaded.reason}</p>
      <p class="quiet">{words.failedHelp}</p>
    </div>
  );
}

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => ComponentChildren;
}

export function Table<Row>({
  caption,
  rows,
  columns,
  empty,
}: {
  readonly caption: string;
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
  readonly empty: string;
}) {
  if (rows.length === 0) return <p class="empty">{empty}</p>;
  return (
    // Keyboards scroll what is wider than the window.
    <section class="scroll" tabIndex={0} aria-label={caption}>
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ title }) => (
              <th scope="col" key={title}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, at) => (
            <tr key={at}>
              {columns.map(({ title, cell }) => (
                <td key={title}>{cell(row)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** A state in words; the colour repeats it. */
export function State({ value }: { readonly value: unknown }) {
  const text = typeof value === 'string' && value !== '' ? value : 'Unknown';
  const tone = /^(succeeded|completed|active)$/i.test(text)
    ? 'good'
    : /fail|error|stopped/i.test(text)
      ? 'bad'
      : 'moving';
  return <span class={`state ${tone}`}>{text}</span>;
}

/** The lines of az and kubectl that show or do the same, to copy. */
export function Lines({
  lines,
  title = words.sameLines,
}: {
  readonly lines: readonly string[];
  readonly title?: string;
}) {
  const [copied, setCopied] = useState(false);
  const text = lines.join('\n');
  const copy = () => navigator.clipboard.writeText(text).then(() => setCopied(true));
  return (
    <section class="lines" aria-label={title}>
      <header>
        <h2>{title}</h2>
        <button type="button" onClick={copy} aria-live="polite">
          {copied ? words.copied : words.copy}
        </button>
      </header>
      <pre tabIndex={0}>{text}</pre>
    </section>
  );
}

/** A word of a shell line: quoted when a shell would read more than a word in it. */
export function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** A member of a body whose form the page does not rely on. */
export function field(value: unknown, ...path: readonly string[]): unknown {
  let at = value;
  for (const name of path) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = (at as Record<string, unknown>)[name];
  }
  return at;
}

export const text = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';

export const groupOf = (id: string): string => /\/resourceGroups\/([^/]+)/i.exec(id)?.[1] ?? '';

export const lastOf = (id: string): string => id.slice(id.lastIndexOf('/') + 1);

/** The types that have a page of their own. */
const kinds: Readonly<Record<string, string>> = {
  'microsoft.containerservice/fleets': 'fleet',
  'microsoft.containerservice/managedclusters': 'cluster',
};

/** The place of a resource's page. */
export function placeOf({ id, type }: { readonly id: string; readonly type: string }): string {
  const kind = kinds[type.toLowerCase()] ?? 'resource';
  return `#/${kind}?id=${encodeURIComponent(id)}`;
}
