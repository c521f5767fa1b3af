import { readFileSync } from 'node:fs';
import type { UserInfo } from '../../../server/bare.ts';
import { FlagRefusal } from './read-flags.ts';

/** The users of `--token-auth-file`: lines of token, name, uid and, in quotes, groups with commas between. Throws FlagRefusal. */
export function readTokenFile(file: string): ReadonlyMap<string, UserInfo> {
  const users = new Map<string, UserInfo>();
  for (const line of linesOf(file)) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [token = '', username = '', uid, groups = ''] = cellsOf(line);
    if (uid === undefined) {
      throw new FlagRefusal(
        `"command failed" err="token file '${file}' must have at least 3 columns (token, user name, user uid)"`,
        1,
      );
    }
    if (token === '') continue;
    users.set(token, { username, uid, groups: groups.split(',').filter((group) => group !== ''), extra: {} });
  }
  return users;
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split(/\r?\n/);
  } catch {
    throw new FlagRefusal(`"command failed" err="open ${file}: no such file or directory"`, 1);
  }
}

/** Cells have commas between them; those in quotes may hold some. */
function cellsOf(line: string): string[] {
  const cells = [''];
  let isQuoted = false;
  for (const character of line) {
    if (character === '"') isQuoted = !isQuoted;
    else if (character === ',' && !isQuoted) cells.push('');
    else cells.push(`${cells.pop() ?? ''}${character}`);
  }
  return cells.map((cell) => cell.trim());
}
