import { useState } from 'preact/hooks';
import type { Row } from './cluster-api.tsx';
import { words } from './words.tsx';

const rowPx = 34;
const windowRows = 60;

/** A long table of rows of one height, of which only those near the window are in the page. */
export function WindowedTable(given: {
  readonly caption: string;
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
  readonly isNamespaced: boolean;
  readonly href: (row: Row) => string;
}) {
  const { caption, columns, rows, isNamespaced, href } = given;
  const [top, setTop] = useState(0);
  if (rows.length === 0) return <p class="empty">{words.nothingFits}</p>;
  // In steps of ten: most scrolling draws nothing.
  const wanted = Math.floor(top / rowPx / 10) * 10 - 20;
  const from = Math.max(0, Math.min(wanted, rows.length - windowRows));
  const shown = rows.slice(from, from + windowRows);
  const below = (rows.length - from - shown.length) * rowPx;
  return (
    <section
      class="scroll window"
      tabIndex={0}
      aria-label={caption}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
    >
      <table aria-rowcount={rows.length + 1}>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {columns.map((title) => (
              <th scope="col" key={title}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {from > 0 && <tr style={{ height: `${from * rowPx}px` }} />}
          {shown.map((row, at) => (
            <tr key={row.uid} aria-rowindex={from + at + 2}>
              {isNamespaced && <td>{row.namespace}</td>}
              {row.cells.map((cell, column) => (
                <td key={column} title={cell}>
                  {column === 0 ? <a href={href(row)}>{cell}</a> : cell}
                </td>
              ))}
            </tr>
          ))}
          {below > 0 && <tr style={{ height: `${below}px` }} />}
        </tbody>
      </table>
    </section>
  );
}
