import type { UserInfo } from '../../../server/bare.ts';
import { failed, readFile } from './read-file.ts';

/** The users of `--token-auth-file`: lines of token, name, uid and, in quotes, groups with commas between. Throws FlagRefusal. */
export function readTokenFile(file: string): ReadonlyMap<string, UserInfo> {
  const users = new Map<string, UserInfo>();
  for (const line of readFile(file).split(/\r?\n/)) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [token = '', username = '', uid, groups = ''] = cellsOf(line);
    if (uid === undefined) {
      throw failed(`token file '${file}' must have at least 3 columns (token, user name, user uid)`);
    }
    if (token === '') continue;
    users.set(token, { username, uid, groups: groups.split(',').filter((group) => group !== ''), extra: {} });
  }
  return users;
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
