import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../../base/index.ts';
import { processIdentity } from '../../server/process-identity.ts';

/** A server on its way up; `running.json` is not there yet. */
export interface Starting {
  readonly pid: number;
  readonly process: string;
}

function folderOf(home: string): string {
  return join(home, 'starting');
}

/** Tells others that this process starts a server of `home`; the answer takes that back. */
export function announceStart(home: string): () => void {
  const folder = folderOf(home);
  startingServers(home);
  makeFolder(folder);
  const file = join(folder, `${process.pid}-${processIdentity(process.pid) ?? ''}`);
  writeFileSync(file, '', { mode: 0o600 });
  return () => rmSync(file, { force: true });
}

/** The servers of `home` that are starting; what dead ones left is cleared away. */
export function startingServers(home: string): Starting[] {
  const folder = folderOf(home);
  const alive: Starting[] = [];
  for (const name of namesIn(folder)) {
    const [, pid, identity = ''] = /^(\d+)-(.*)$/.exec(name) ?? [];
    if (pid !== undefined && processIdentity(Number(pid)) === identity) {
      alive.push({ pid: Number(pid), process: identity });
    } else rmSync(join(folder, name), { force: true });
  }
  return alive;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
