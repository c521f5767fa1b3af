import { objectOf } from './ask.ts';
import type { Difference } from './compare.ts';
import type { Compared } from './comparison.ts';

/** How many of the answers are equal, in percent. Each figure includes the one before it. */
export interface Shares {
  readonly count: number;
  readonly status: number;
  readonly body: number;
  readonly managedFields: number;
  readonly headers: number;
}

export function sharesOf(all: readonly Compared[]): Shares {
  const share = (equal: (compared: Compared) => boolean) =>
    (100 * all.filter(equal).length) / Math.max(1, all.length);
  const body = ({ verdict }: Compared) => verdict.status && verdict.body.length === 0;
  const managed = (compared: Compared) => body(compared) && compared.verdict.managedFields.length === 0;
  return {
    count: all.length,
    status: share(({ verdict }) => verdict.status),
    body: share(body),
    managedFields: share(managed),
    headers: share(({ verdict }) => verdict.headers.length === 0),
  };
}

/** Answers that differ in the same way. */
export interface Group {
  readonly cause: string;
  readonly members: readonly Compared[];
}

/** Groups of what differs, the largest first. */
export function groupsOf(all: readonly Compared[]): Group[] {
  const groups = new Map<string, Compared[]>();
  for (const compared of all) {
    if (compared.equal) continue;
    const cause = causeOf(compared);
    groups.set(cause, [...(groups.get(cause) ?? []), compared]);
  }
  return [...groups]
    .map(([cause, members]) => ({ cause, members }))
    .sort((one, other) => other.members.length - one.members.length);
}

function causeOf({ real, ours, verdict }: Compared): string {
  if (!verdict.status)
    return `status ${real.status} is ${ours.status}: ${general(messageOf(real))} / ${general(messageOf(ours))}`;
  const [first] = [...verdict.body, ...verdict.managedFields, ...verdict.headers];
  return first ? `${placeOf(first)}: ${general(first.real)} / ${general(first.ours)}` : 'nothing';
}

function messageOf(answer: Compared['real']): string {
  const { kind, message } = objectOf(answer);
  return kind === 'Status' ? String(message) : String(kind ?? '');
}

function placeOf({ place }: Difference): string {
  return place.replace(/\[\d+\]/g, '[]');
}

const longestCause = 90;

/** A text without what is said in quotes, and without numbers. */
function general(text: string): string {
  return text
    .replace(/\\"/g, "'")
    .replace(/'[^']*'|"[^"]*"/g, (quoted, at: number) => (at === 0 ? quoted : '*'))
    .replace(/\d+/g, '#')
    .slice(0, longestCause);
}

const longestShown = 700;

/** A group as lines to read: how many, and one of them in full. */
export function describeGroup({ cause, members }: Group): string {
  const [example] = members;
  if (!example) return cause;
  const { ask, real, ours, verdict } = example;
  const differences = [...verdict.body, ...verdict.managedFields, ...verdict.headers].slice(0, 3);
  const resources = [...new Set(members.map(({ ask: { path } }) => resourceIn(path)))];
  const sections = [...new Set(members.map(({ section }) => section))].join(', ');
  return [
    `${members.length}x ${cause}`,
    `    in ${sections}: ${ask.method} ${ask.path.slice(0, 300)} ${ask.type ?? ''} ${ask.accept ?? ''}`,
    `    of ${resources.slice(0, 12).join(', ')}${resources.length > 12 ? ' ...' : ''}`,
    `    sent ${cut(ask.body === undefined ? '-' : JSON.stringify(ask.body))}`,
    ...(verdict.status
      ? []
      : [
          `    real ${real.status} ${cut(real.bytes.toString('utf8'))}`,
          `    ours ${ours.status} ${cut(ours.bytes.toString('utf8'))}`,
        ]),
    ...differences.map(
      ({ place, real: there, ours: here }) => `    ${place}\n      real ${there}\n      ours ${here}`,
    ),
  ].join('\n');
}

/** For each object that was led through a life, where the two servers part: what comes after may follow from it. */
export function partings(all: readonly Compared[]): string[] {
  const seen = new Set<string>();
  return all.flatMap((compared) => {
    const { ask, verdict } = compared;
    const [life] = /(?<=namespaces\/|-)lives-\d+/.exec(ask.path) ?? [];
    if (life === undefined || seen.has(life) || compared.equal || ask.method === 'GET') return [];
    if (verdict.status && verdict.body.length + verdict.managedFields.length === 0) return [];
    seen.add(life);
    const body = cut(JSON.stringify(ask.body) ?? '-').slice(0, 200);
    return [
      `${life} ${compared.section} ${ask.method} ${ask.path} ${ask.type ?? ''} ${body}\n    ${causeOf(compared)}`,
    ];
  });
}

/** The resource that a path leads to, or the path. */
function resourceIn(path: string): string {
  return /^\/(?:api|apis\/[\w.-]+)\/v\w+(?:\/namespaces\/[\w-]+)?\/([\w.-]+)/.exec(path)?.[1] ?? path;
}

function cut(text: string): string {
  return text.length > longestShown ? `${text.slice(0, longestShown)}...` : text;
}
