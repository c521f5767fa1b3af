import { systemClock } from '../../base/index.ts';
import { acceptLoss } from '../../server/home-check.ts';
import { homeFiles } from './home.ts';

const shownKeys = 20;

/** Makes a damaged home one that starts, and says in lines for the person what is lost by that. */
export async function acceptLossOf(home: string): Promise<string> {
  const accepted = await acceptLoss({ home, files: homeFiles(home), clock: systemClock });
  if (!accepted) return 'The database is whole: there is no loss to accept.\n';
  const { setAside, entries, lost, lostKeys, revision } = accepted;
  const shown = lostKeys.slice(0, shownKeys).map((key) => `    ${key}`);
  const more = lostKeys.length > shownKeys ? [`    and ${lostKeys.length - shownKeys} more`] : [];
  const lines = [
    `The files as they were lie in ${setAside}; lost.txt there has the whole list.`,
    `Kept: ${entries} entries. Revisions go on at ${revision}.`,
    'Lost:',
    ...lost.map((sentence) => `  ${sentence}`),
    ...shown,
    ...more,
  ];
  return `${lines.join('\n')}\n`;
}
