import { readFileSync } from 'node:fs';
import { FlagRefusal } from './read-flags.ts';

/** Why kube-apiserver does not start, as it says it. */
export function failed(error: string): FlagRefusal {
  return new FlagRefusal(`"command failed" err="${error}"`, 1);
}

/** The text of a file that a flag names. Throws FlagRefusal, with `before` in front of the reason. */
export function readFile(file: string, before = ''): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (thrown) {
    throw failed(`${before}${whyUnread(file, thrown)}`);
  }
}

function whyUnread(file: string, thrown: unknown): string {
  switch (codeOf(thrown)) {
    case 'EISDIR':
      return `read ${file}: is a directory`;
    case 'EACCES':
      return `open ${file}: permission denied`;
    case 'ENOTDIR':
      return `open ${file}: not a directory`;
    default:
      return `open ${file}: no such file or directory`;
  }
}

/** Why an address cannot be listened on, as Go says it; the whole of what was thrown where it has no words for it. */
export function whyNotListening(thrown: unknown, host: string, port: number): string {
  const place = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  switch (codeOf(thrown)) {
    case 'EADDRINUSE':
      return `listen tcp ${place}: bind: address already in use`;
    case 'EADDRNOTAVAIL':
      return `listen tcp ${place}: bind: cannot assign requested address`;
    case 'EACCES':
      return `listen tcp ${place}: bind: permission denied`;
    default:
      return `listen tcp ${place}: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
  }
}

function codeOf(thrown: unknown): unknown {
  return thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
}
