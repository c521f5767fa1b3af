import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { callControl } from './control.ts';
import type { VerbCall } from './declaration.ts';
import { findOnPath, systemPrograms } from './environment.ts';
import { homeFiles, readRunning } from './home.ts';
import { defaultPort, savedSettings } from './settings.ts';

/** One thing looked at: `advice` says what to do when it is not well. */
interface Finding {
  readonly state: 'ok' | 'note' | 'wrong';
  readonly text: string;
  readonly advice?: string;
}

export async function run(call: VerbCall): Promise<number> {
  const findings = [
    nodeVersion(),
    kubectl(),
    homeFolder(call.home),
    ...privateFiles(call.home),
    await server(call.home),
    await portState(call.home),
    az(call.home),
  ];
  for (const { state, text, advice } of findings) {
    process.stdout.write(`${state.padEnd(6)}${text}\n${advice ? `      ${advice}\n` : ''}`);
  }
  return findings.some((finding) => finding.state === 'wrong') ? 1 : 0;
}

function nodeVersion(): Finding {
  return { state: 'ok', text: `runs on Node.js ${process.versions.node}` };
}

function kubectl(): Finding {
  const found = findOnPath('kubectl');
  return found
    ? { state: 'ok', text: `kubectl: ${found}` }
    : {
        state: 'note',
        text: 'kubectl is not on PATH',
        advice: 'Install it to talk to clusters; quickstart works without.',
      };
}

function homeFolder(home: string): Finding {
  const folder = existsSync(home) ? home : dirname(home);
  try {
    accessSync(folder, constants.W_OK);
    return { state: 'ok', text: `home: ${home}${existsSync(home) ? '' : ' (made by the first start)'}` };
  } catch {
    return {
      state: 'wrong',
      text: `home: ${folder} cannot be written`,
      advice: 'Pick another folder with --home DIR.',
    };
  }
}

function privateFiles(home: string): Finding[] {
  const files = homeFiles(home);
  const secrets = [files.authorityKey, files.controlToken, files.administratorPassword, files.database];
  const open = secrets.filter((file) => existsSync(file) && (statSync(file).mode & 0o077) !== 0);
  return open.map((file) => ({
    state: 'wrong',
    text: `${file} can be read by others`,
    advice: `Run: chmod 600 ${file}`,
  }));
}

async function server(home: string): Promise<Finding> {
  const running = readRunning(home);
  if (!running)
    return { state: 'note', text: 'no server runs', advice: "Start it with 'drydock up --detach'." };
  try {
    await callControl(home, { method: 'GET', path: 'status' });
    return { state: 'ok', text: `server: process ${running.pid} answers at ${running.resourceManager}` };
  } catch (thrown) {
    return {
      state: 'wrong',
      text: `server: process ${running.pid} lives but does not answer (${thrown instanceof Error ? thrown.message : thrown})`,
      advice: "Look at 'drydock logs --tail 50', then 'drydock down' and 'drydock up --detach'.",
    };
  }
}

async function portState(home: string): Promise<Finding> {
  if (readRunning(home)) return { state: 'ok', text: 'port: in use by this server' };
  const port = savedSettings(home).port ?? defaultPort;
  const taken = await portAnswers(port);
  return taken
    ? {
        state: 'note',
        text: `port ${port} is in use`,
        advice: "Pick another with 'drydock up --port N'.",
      }
    : { state: 'ok', text: `port ${port} is free` };
}

function portAnswers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function az(home: string): Finding {
  // In a shell of `exec` the first one is ours.
  const found = findOnPath('az', [homeFiles(home).programs, systemPrograms(home)]);
  return {
    state: 'note',
    text: found ? `an az on PATH: ${found}` : 'no other az on PATH',
    advice: found
      ? "Use it with 'drydock exec --az system -- CMD'."
      : "'drydock exec -- CMD' brings its own.",
  };
}
