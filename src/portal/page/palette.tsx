import { useEffect, useRef, useState } from 'preact/hooks';
import { useList } from './api.tsx';
import { placeOf } from './parts.tsx';
import { words } from './words.tsx';

export interface Place {
  readonly name: string;
  readonly href: string;
}

const shownPlaces = 12;

/** Ctrl+K from anywhere: pages and resources by name. Arrow keys move, Enter goes, Escape closes. */
export function Palette({
  pages,
  subscription,
}: {
  readonly pages: readonly Place[];
  readonly subscription: string;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [isOpen, setOpen] = useState(false);
  const open = () => {
    dialog.current?.showModal();
    setOpen(true);
  };
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'k') return;
      event.preventDefault();
      if (!dialog.current?.open) open();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  return (
    <>
      <button type="button" onClick={open}>
        {words.palette}
        <kbd>{words.paletteKeys}</kbd>
      </button>
      <dialog ref={dialog} aria-label={words.palette} onClose={() => setOpen(false)}>
        {isOpen && <Choice pages={pages} subscription={subscription} close={() => dialog.current?.close()} />}
      </dialog>
    </>
  );
}

function Choice({
  pages,
  subscription,
  close,
}: {
  readonly pages: readonly Place[];
  readonly subscription: string;
  readonly close: () => void;
}) {
  const resources = useList(`/subscriptions/${subscription}/resources?api-version=2021-04-01`);
  const [wanted, setWanted] = useState('');
  const list = useRef<HTMLUListElement>(null);
  const input = useRef<HTMLInputElement>(null);
  // The dialog is open before its content is there.
  useEffect(() => input.current?.focus(), []);
  const found =
    resources.state === 'there'
      ? resources.value.map((one) => ({ name: `${one.name}  ${one.type}`, href: placeOf(one) }))
      : [];
  const fitting = [...pages, ...found]
    .filter(({ name }) => name.toLowerCase().includes(wanted.toLowerCase()))
    .slice(0, shownPlaces);
  const go = (href: string) => {
    close();
    location.hash = href;
  };
  const move = (event: KeyboardEvent, by: number) => {
    event.preventDefault();
    const links = [...(list.current?.querySelectorAll('a') ?? [])];
    const at = links.indexOf(document.activeElement as HTMLAnchorElement);
    links[Math.min(Math.max(at + by, 0), links.length - 1)]?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') move(event, 1);
    if (event.key === 'ArrowUp') move(event, -1);
  };
  return (
    <form
      onKeyDown={onKeyDown}
      onSubmit={(event) => {
        event.preventDefault();
        if (fitting[0]) go(fitting[0].href);
      }}
    >
      <input
        type="search"
        ref={input}
        aria-label={words.palette}
        placeholder={words.palette}
        value={wanted}
        onInput={(event) => setWanted(event.currentTarget.value)}
      />
      <ul ref={list}>
        {fitting.map(({ name, href }) => (
          <li key={href}>
            <a href={href} onClick={close}>
              {name}
            </a>
          </li>
        ))}
      </ul>
      {fitting.length === 0 && <p class="quiet">{words.nothingFits}</p>}
    </form>
  );
}
