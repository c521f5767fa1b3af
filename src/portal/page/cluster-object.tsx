import { useEffect, useState } from 'preact/hooks';
import { useLoaded } from './api.tsx';
import { ask, type Cluster, eachLine, type Kind, pathOf } from './cluster-api.tsx';
import { Waiting } from './parts.tsx';
import { words } from './words.tsx';

interface Given {
  readonly cluster: Cluster;
  readonly path: string;
}

/** One object: read, edited by way of a dry run of the server, deleted after a question; a pod with its log. */
export function ObjectPage(given: {
  readonly cluster: Cluster;
  readonly kind: Kind;
  readonly query: URLSearchParams;
}) {
  const { cluster, kind, query } = given;
  const [read, setRead] = useState(0);
  const path = pathOf(kind, query.get('ns') ?? '', query.get('name') ?? '');
  const loaded = useLoaded(`${path}?${read}`, async (_, signal) => {
    return written(await (await ask(cluster, path, { signal })).json());
  });
  return (
    <>
      <h2>{query.get('name')}</h2>
      <Waiting what="the object" loaded={loaded}>
        {(body) => (
          <Editor
            cluster={cluster}
            path={path}
            body={body}
            verbs={kind.verbs}
            changed={() => setRead(read + 1)}
          />
        )}
      </Waiting>
      {kind.resource === 'pods' && kind.group === '' && <Log cluster={cluster} path={path} />}
    </>
  );
}

/** Who owns which field is the server's affair: it keeps that when a body leaves it out. */
function written(body: { readonly metadata?: Readonly<Record<string, unknown>> }): string {
  const { managedFields: _, ...metadata } = body.metadata ?? {};
  return JSON.stringify({ ...body, metadata }, null, 2);
}

type Step =
  | { readonly name: 'reading' | 'editing' | 'deleting' | 'deleted' }
  | { readonly name: 'asked'; readonly result: string };

function Editor(
  given: Given & { readonly body: string; readonly verbs: readonly string[]; readonly changed: () => void },
) {
  const { cluster, path, body, verbs, changed } = given;
  const [draft, setDraft] = useState(body);
  const [step, setStep] = useState<Step>({ name: 'reading' });
  const [refused, setRefused] = useState('');
  const attempt = async (run: () => Promise<void>) => {
    setRefused('');
    await run().catch((thrown: Error) => setRefused(thrown.message));
  };
  const write = (dryRun: string) =>
    ask(cluster, `${path}${dryRun}`, { method: 'PUT', type: 'application/json', body: draft });
  const tryOut = () =>
    attempt(async () => {
      const result = written(await (await write('?dryRun=All')).json());
      setStep({ name: 'asked', result });
    });
  const apply = () =>
    attempt(async () => {
      await write('');
      changed();
    });
  const remove = () =>
    attempt(async () => {
      await ask(cluster, path, { method: 'DELETE' });
      setStep({ name: 'deleted' });
    });
  const leave = () => {
    setRefused('');
    setStep({ name: 'reading' });
  };
  if (step.name === 'deleted') return <p role="status">{words.deleteAsked}</p>;
  return (
    <>
      <Actions step={step} verbs={verbs} go={setStep} run={{ tryOut, apply, remove, leave }} />
      {refused !== '' && (
        <p class="problem" role="alert">
          {refused}
        </p>
      )}
      {step.name === 'editing' ? (
        <textarea
          aria-label={words.edit}
          value={draft}
          onInput={(event) => setDraft(event.currentTarget.value)}
        />
      ) : step.name === 'asked' ? (
        <Difference before={body} after={step.result} />
      ) : (
        <pre tabIndex={0}>{body}</pre>
      )}
    </>
  );
}

function Actions(given: {
  readonly step: Step;
  readonly verbs: readonly string[];
  readonly go: (step: Step) => void;
  readonly run: Readonly<Record<'tryOut' | 'apply' | 'remove' | 'leave', () => void>>;
}) {
  const { step, verbs, go, run } = given;
  const button = (label: string, run: () => void) => (
    <button type="button" onClick={run}>
      {label}
    </button>
  );
  return (
    <div class="actions">
      {step.name === 'reading' &&
        verbs.includes('update') &&
        button(words.edit, () => go({ name: 'editing' }))}
      {step.name === 'reading' &&
        verbs.includes('delete') &&
        button(words.remove, () => go({ name: 'deleting' }))}
      {step.name === 'editing' && button(words.dryRun, run.tryOut)}
      {step.name === 'asked' && button(words.apply, run.apply)}
      {step.name === 'deleting' && <strong role="alert">{words.removeQuestion}</strong>}
      {step.name === 'deleting' && button(words.removeYes, run.remove)}
      {step.name !== 'reading' && button(words.cancel, run.leave)}
    </div>
  );
}

/** What lies between the first and the last line that differ, before and after. Linear in the length of both. */
function Difference({ before, after }: { readonly before: string; readonly after: string }) {
  const old = before.split('\n');
  const now = after.split('\n');
  let head = 0;
  while (head < old.length && head < now.length && old[head] === now[head]) head++;
  let tail = 0;
  while (tail < Math.min(old.length, now.length) - head && old.at(-1 - tail) === now.at(-1 - tail)) tail++;
  const gone = old.slice(head, old.length - tail);
  const come = now.slice(head, now.length - tail);
  if (gone.length + come.length === 0) return <p class="empty">{words.noDifference}</p>;
  return (
    <pre tabIndex={0}>
      {gone.map((line, at) => (
        <del key={at}>
          - {line}
          {'\n'}
        </del>
      ))}
      {come.map((line, at) => (
        <ins key={at}>
          + {line}
          {'\n'}
        </ins>
      ))}
    </pre>
  );
}

const keptLines = 1000;

function Log({ cluster, path }: Given) {
  const [lines, setLines] = useState<readonly string[]>([]);
  const [refused, setRefused] = useState('');
  useEffect(() => {
    const ended = new AbortController();
    const { signal } = ended;
    const all: string[] = [];
    let isDrawing = false;
    const take = (line: string) => {
      all.push(line);
      if (all.length > keptLines) all.splice(0, all.length - keptLines);
      if (isDrawing) return true;
      isDrawing = true;
      requestAnimationFrame(() => {
        isDrawing = false;
        if (!signal.aborted) setLines([...all]);
      });
      return true;
    };
    ask(cluster, `${path}/log?follow=true&tailLines=${keptLines}`, { signal })
      .then((answer) => eachLine(answer, take))
      .catch((thrown: Error) => {
        if (!signal.aborted) setRefused(thrown.message);
      });
    return () => ended.abort();
  }, [path]);
  return (
    <>
      <h2>{words.log}</h2>
      {refused !== '' && <p class="quiet">{refused}</p>}
      {lines.length > 0 && <pre tabIndex={0}>{lines.join('\n')}</pre>}
    </>
  );
}
