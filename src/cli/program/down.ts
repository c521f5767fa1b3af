import { systemClock } from '../../base/index.ts';
import { processIdentity } from '../../server/process-identity.ts';
import { UsageError, type VerbCall } from './declaration.ts';
import { readRunning } from './home.ts';

const stopLimitMs = 15_000;
const pollMs = 20;

export async function run(call: VerbCall): Promise<number> {
  const stopped = await stopServer(call.home);
  process.stdout.write(stopped ? 'Drydock is down.\n' : `No server runs for ${call.home}.\n`);
  return 0;
}

/** Ends the server of `home` and waits for it. False when none ran. */
export async function stopServer(home: string): Promise<boolean> {
  const running = readRunning(home);
  if (!running) return false;
  process.kill(running.pid, 'SIGTERM');
  const deadlineMs = systemClock.monotonic() + stopLimitMs;
  while (processIdentity(running.pid) === running.process) {
    if (systemClock.monotonic() > deadlineMs) {
      throw new UsageError(
        `the server (process ${running.pid}) did not stop within ${stopLimitMs / 1000} s. Try again, look at 'drydock logs --tail 20', or end it with: kill -9 ${running.pid}`,
        1,
      );
    }
    await systemClock.sleep(pollMs);
  }
  return true;
}
