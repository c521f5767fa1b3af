import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { CodedError, errorMessage, isObject, systemClock } from '../../base/index.ts';
import type { FeatureSwitches } from '../../server/bare.ts';
import { finishStaged, StoreDamaged, StoreLocked } from '../../server/home-check.ts';
import type { Estate, RunningEstate } from '../../server/index.ts';
import { acceptLossOf } from './accepted-loss.ts';
import { UsageError, type VerbCall } from './declaration.ts';
import { checkedNotices, featureSwitches } from './feature-switches.ts';
import { homeFiles, makeHome, readRunning } from './home.ts';
import { choiceWords, type ListenChoice, rangeText, readChoice, unmet } from './listen-choice.ts';
import { followMove, knowsPlace } from './moved-home.ts';
import { launcher, programVersion } from './package.ts';
import { serviceUrls } from './service-urls.ts';
import { defaultPort, savedSettings } from './settings.ts';
import { announceStart } from './starting.ts';

export async function run(call: VerbCall): Promise<number> {
  const choice = readChoice(call.options);
  const running = readRunning(call.home);
  if (running) return alreadyUp(running, choice);
  makeHome(call.home);
  effective(call.home, choice);
  for (const notice of await checkedNotices(switchesOf(choice)))
    process.stderr.write(`drydock up: ${notice}\n`);
  if (call.options['detach'] !== true) return serve(call.home, choice);
  const started = await startDetached(call.home, choice);
  process.stdout.write(`Drydock is up (process ${started.pid}) at ${started.resourceManager}\n`);
  return 0;
}

/** A start that asks for nothing else is done; one that asks for other ports or addresses is not. */
function alreadyUp(running: RunningEstate, choice: ListenChoice): number {
  const words = choiceWords(unmet(choice, running));
  const sentence = `Drydock is already up (process ${running.pid}) at ${running.resourceManager}`;
  if (words.length === 0) {
    process.stdout.write(`${sentence}\n`);
    return 0;
  }
  throw new UsageError(`${sentence}, without ${words.join(' ')}. Stop it first with 'drydock down'.`, 1);
}

function switchesOf({ featureGates, runtimeConfig }: ListenChoice): FeatureSwitches {
  return featureSwitches(featureGates, runtimeConfig);
}

/** The server in this process, until it is told to stop. */
async function serve(home: string, choice: ListenChoice): Promise<number> {
  // Whatever the server writes is its owner's alone from the first byte on.
  process.umask(0o077);
  const started = announceStart(home);
  try {
    const files = homeFiles(home);
    await finishStaged(home, { database: files.database, clock: systemClock });
    const settings = effective(home, choice);
    if (choice.acceptsLoss) tell(await acceptLossOf(home));
    const { startEstate } = await import('../../server/index.ts');
    const estate = await startEstate({
      home,
      files,
      port: settings.port,
      ...(settings.listen !== undefined && { listen: settings.listen }),
      ...(settings.clusterPorts && { clusterPorts: settings.clusterPorts }),
      ...(settings.audit && { audit: settings.audit }),
      ...(settings.etcd && { etcd: settings.etcd }),
      ...(Object.keys(settings.limits).length > 0 && { limits: settings.limits }),
      ...(choice.anyApiVersion && { anyApiVersion: true }),
      ...(choice.serviceUrls && { serviceUrls: serviceUrls(choice.serviceUrls) }),
      features: switchesOf(choice),
      launcher: launcher(),
      version: programVersion(),
    });
    const stopped = stopSignal();
    await signInLocally(home, estate);
    process.stdout.write(`Drydock is up (process ${process.pid}) at ${estate.running.resourceManager}\n`);
    process.send?.({ running: estate.running });
    started();
    if ((await Promise.race([stopped, estate.homeGone])) === 'home gone') endWithoutHome(home);
    await estate.close();
    return 0;
  } catch (thrown) {
    const message = startFailure(home, thrown);
    const homeInUse =
      thrown instanceof StoreLocked || (thrown instanceof Error && thrown.name === 'HomeInUse');
    if (process.send) process.send({ failed: message, homeInUse });
    else process.stderr.write(`drydock up: ${message}\n`);
    return 1;
  } finally {
    started();
  }
}

/** At once: whatever a tidy end writes would land in the folder that is there now. */
function endWithoutHome(home: string): never {
  process.stderr.write(
    `drydock up: the home ${home} was deleted or replaced while its server ran. What was written since is lost; the server ends.\n`,
  );
  process.exit(1);
}

/** The administrator is signed in to our az from the start; a sign-in of the person's own is left alone. */
async function signInLocally(home: string, estate: Estate): Promise<void> {
  const files = homeFiles(home);
  const place = { home, resourceManager: estate.running.resourceManager };
  if (knowsPlace(files, place)) return;
  await followMove(files, place);
  const { writeSignedInProfile } = await import('../az/index.ts');
  const { tokens, ...account } = await estate.signIn();
  writeSignedInProfile({
    dir: files.azureConfig,
    endpoints: { ...estate.running, audience: account.audience },
    caFile: files.authority,
    account: { ...account, tenantDefaultDomain: account.tenantDomain, tenantDisplayName: account.tenantName },
    tokens: { refreshToken: tokens.refresh_token ?? '' },
  });
}

/** What is asked for, else what the last start had. Throws UsageError when they do not go together. */
function effective(home: string, choice: ListenChoice) {
  const saved = savedSettings(home);
  const port = choice.port ?? saved.port ?? defaultPort;
  const listen = choice.listen ?? saved.listen;
  const clusterPorts =
    choice.clusterPorts === 'off' ? undefined : (choice.clusterPorts ?? saved.clusterPorts);
  if (clusterPorts && port >= clusterPorts.first && port <= clusterPorts.last) {
    const range = rangeText(clusterPorts);
    throw new UsageError(`port ${port} is the server's own; it cannot be one of --cluster-ports ${range}.`);
  }
  const audit = choice.audit === 'off' ? undefined : (choice.audit ?? saved.audit);
  const etcd = choice.store === 'sqlite' ? undefined : (choice.store ?? saved.etcd);
  return { port, listen, clusterPorts, audit, etcd, limits: { ...saved.limits, ...choice.limits } };
}

/** Lines for the person, also when this process was started detached. */
function tell(text: string): void {
  process.stdout.write(text);
  process.send?.({ told: text });
}

function startFailure(home: string, thrown: unknown): string {
  if (thrown instanceof StoreDamaged) {
    return `${thrown.message} Nothing was changed. 'drydock check' says more. Restore a backup into a new home ('drydock restore FILE --home DIR'), or start with what can be proven of this one: 'drydock up --accept-loss' sets the files aside and says what is lost.`;
  }
  if (thrown instanceof CodedError || thrown instanceof UsageError) return thrown.message;
  return `the server did not start: ${errorMessage(thrown)}. The log is ${homeFiles(home).log}.`;
}

function stopSignal(): Promise<'stopped'> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve('stopped'));
    process.once('SIGTERM', () => resolve('stopped'));
  });
}

/** Starts the server as a process of its own and returns once it answers. */
export function startDetached(home: string, choice: ListenChoice): Promise<RunningEstate> {
  makeHome(home);
  const log = homeFiles(home).log;
  const output = openSync(log, 'a', 0o600);
  const words = ['up', '--home', home, ...choiceWords(choice)];
  const child = spawn(launcher(), words, { detached: true, stdio: ['ignore', output, output, 'ipc'] });
  closeSync(output);
  let told = false;
  return new Promise((resolve, reject) => {
    child.on('message', (message) => {
      if (!isObject(message)) return;
      if (typeof message['told'] === 'string') {
        process.stdout.write(message['told']);
        return;
      }
      told = true;
      if (typeof message['failed'] !== 'string') resolve(runningOf(home));
      else if (message['homeInUse'] === true) untilRunning(home, message['failed']).then(resolve, reject);
      else reject(new UsageError(message['failed'], 1));
      child.disconnect();
      child.unref();
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      if (told) return;
      // Another start was faster, and this one found its server up.
      const winner = code === 0 ? readRunning(home) : undefined;
      if (winner) return resolve(winner);
      const how = signal === null ? `ended with code ${code}` : `was stopped (${signal})`;
      reject(new UsageError(`the server ${how} before it answered. The log is ${log}.`, 1));
    });
  });
}

const raceLimitMs = 15_000;
const racePollMs = 20;

/** Two starts at once: the one that lost the race waits for the one that won it. */
async function untilRunning(home: string, failure: string): Promise<RunningEstate> {
  const deadlineMs = systemClock.monotonic() + raceLimitMs;
  for (;;) {
    const winner = readRunning(home);
    if (winner) return winner;
    if (systemClock.monotonic() > deadlineMs) throw new UsageError(failure, 1);
    await systemClock.sleep(racePollMs);
  }
}

function runningOf(home: string): RunningEstate {
  const running = readRunning(home);
  if (!running) throw new UsageError(`the server of ${home} stopped right after it started.`, 1);
  return running;
}
