import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { freePort, launcher, start, stop, temporaryFolder, untilAnswered } from '../process.ts';
import type { RunningServer } from './running.ts';

/** `drydock kube up --bare` from nothing: SQLite with full durability, in a folder of its own. */
export async function startBare(): Promise<RunningServer> {
  const home = temporaryFolder();
  const port = await freePort();
  const words = ['kube', 'up', '--bare', '--home', home, '--port', String(port)];
  const child = start(launcher, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  const printed = once(child.stdout ?? child, 'data');
  const readyMs = await untilAnswered(`https://127.0.0.1:${port}/readyz`);
  await printed;
  const config = parse(readFileSync(join(home, 'kubeconfig'), 'utf8'));
  return {
    target: {
      name: 'drydock',
      url: `https://127.0.0.1:${port}`,
      authority: Buffer.from(config.clusters[0].cluster['certificate-authority-data'], 'base64').toString(
        'utf8',
      ),
      token: config.users[0].user.token,
    },
    readyMs,
    pids: [child.pid ?? 0],
    stop: () => stop(child),
  };
}
