import { render } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { keepSession, useList } from './api.tsx';
import { nowMs } from './clock.tsx';
import { ClusterPage } from './cluster.tsx';
import { FleetPage } from './fleet.tsx';
import { Activity, Assignments } from './journal.tsx';
import { Overview } from './overview.tsx';
import { Palette } from './palette.tsx';
import { lastOf, text, Waiting } from './parts.tsx';
import { ResourcePage, Resources } from './resources.tsx';
import { beginSignIn, completeSignIn, type Session } from './sign-in.tsx';
import { words } from './words.tsx';

const pages = [
  { name: words.overview, href: '#/' },
  { name: words.resources, href: '#/resources' },
  { name: words.access, href: '#/access' },
  { name: words.activity, href: '#/activity' },
];

/** An address of a page: its name, and the id of what it shows. */
function readPlace(): { readonly page: string; readonly id: string; readonly query: URLSearchParams } {
  const [page = '', text = ''] = location.hash.replace(/^#\/?/, '').split('?', 2);
  const query = new URLSearchParams(text);
  const id = query.get('id') ?? '';
  // What is asked for is a resource of this server, whatever a link says.
  return { page, query, id: /^\/subscriptions\/[^?#\\]+$/i.test(id) && !id.includes('..') ? id : '' };
}

function usePlace() {
  const [place, setPlace] = useState(readPlace);
  useEffect(() => {
    const onChange = () => setPlace(readPlace());
    addEventListener('hashchange', onChange);
    return () => removeEventListener('hashchange', onChange);
  }, []);
  return place;
}

function Shell({ session, subscription }: { readonly session: Session; readonly subscription: string }) {
  const place = usePlace();
  const main = useRef<HTMLElement>(null);
  const isFirst = useRef(true);
  useEffect(() => {
    document.title = `${lastOf(place.id) || pages.find(({ href }) => href === `#/${place.page}`)?.name || words.overview} · ${words.product}`;
    if (!isFirst.current) main.current?.focus();
    isFirst.current = false;
  }, [place]);
  return (
    <>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        {words.skip}
      </button>
      <header class="bar">
        <strong>{words.product}</strong>
        <Palette pages={pages} subscription={subscription} />
        <span class="who">{session.userName}</span>
        <button type="button" onClick={() => beginSignIn('select_account')}>
          {words.otherUser}
        </button>
      </header>
      <div class="frame">
        <nav aria-label={words.product}>
          {pages.map(({ name, href }) => (
            <a key={href} href={href} aria-current={href === `#/${place.page}` ? 'page' : undefined}>
              {name}
            </a>
          ))}
        </nav>
        <main ref={main} tabIndex={-1} key={`${place.page} ${place.id}`}>
          <Page {...place} subscription={subscription} />
        </main>
      </div>
    </>
  );
}

function Page({
  page,
  id,
  query,
  subscription,
}: {
  readonly page: string;
  readonly id: string;
  readonly query: URLSearchParams;
  readonly subscription: string;
}) {
  if (page === 'fleet' && id !== '') return <FleetPage id={id} />;
  if (page === 'cluster' && id !== '') return <ClusterPage id={id} query={query} />;
  if (page === 'resource' && id !== '') return <ResourcePage id={id} />;
  if (page === 'resources') return <Resources subscription={subscription} />;
  if (page === 'access') return <Assignments subscription={subscription} />;
  if (page === 'activity') return <Activity subscription={subscription} nowMs={nowMs()} />;
  return <Overview subscription={subscription} />;
}

function SignedIn({ session }: { readonly session: Session }) {
  const subscriptions = useList('/subscriptions?api-version=2022-12-01');
  return (
    <Waiting what="your subscriptions" loaded={subscriptions}>
      {([first]) =>
        first ? (
          <Shell session={session} subscription={text(first['subscriptionId'])} />
        ) : (
          <Alone title={words.noSubscription} reason={words.failedHelp} />
        )
      }
    </Waiting>
  );
}

function Alone({ title, reason }: { readonly title: string; readonly reason: string }) {
  return (
    <main class="alone">
      <h1>{title}</h1>
      <p role="alert">{reason}</p>
      <button type="button" onClick={() => beginSignIn('select_account')}>
        {words.signInAgain}
      </button>
    </main>
  );
}

async function start(root: Element): Promise<void> {
  root.replaceChildren();
  try {
    const session = await completeSignIn();
    if (session) {
      keepSession(session);
      render(<SignedIn session={session} />, root);
      return;
    }
    render(
      <main class="alone">
        <p role="status">{words.signingIn}</p>
      </main>,
      root,
    );
    await beginSignIn();
  } catch (thrown) {
    render(
      <Alone title={words.signInFailed} reason={thrown instanceof Error ? thrown.message : String(thrown)} />,
      root,
    );
  }
}

const root = document.getElementById('portal');
if (root) await start(root);
