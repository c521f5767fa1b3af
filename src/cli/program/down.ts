import { systemClock } from '../../base/index.ts';
import { processIdentity } from '../../server/process-identity.ts';
import { UsageError, type VerbCall } from './declaration.ts';
import { readRunning } from './home.ts';
import { type Starting, startingServers } from './starting.ts';

const stopLimitMs = 15_000;
const pollMs = 20;

export async function run(call: VerbCall): Promise<number> {
  const stopped = await stopServer(call.home);
  process.stdout.write(stopped ? 'Drydock is down.\n' : `No server runs for ${call.home}.\n`);
  return 0;
}

/** Ends the server of `home`, also one that is starting, and waits for it. False when none ran. */
export async function stopServer(home: string): Promise<boolean> {
  const running = readRunning(home);
  const servers = running ? [running] : startingServers(home);
  for (const server of servers) await stopProcess(server);
  return servers.length > 0;
}

async function stopProcess({ pid, process: identity }: Starting): Promise<void> {
  if (processIdentity(pid) === identity) process.kill(pid, 'SIGTERM');
  const deadlineMs = systemClock.monotonic() + stopLimitMs;
  while (processIdentity(pid) === identity) {
    if (systemClock.monotonic() > deadlineMs) {
      throw new UsageError(
        `the server (process ${pid}) did not stop within ${stopLimitMs / 1000} s. Try again, look at 'drydock logs --tail 20', or end it with: kill -9 ${pid}`,
        1,
      );
    }
    await systemClock.sleep(pollMs);
  }
}
