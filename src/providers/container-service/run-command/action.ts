import { type ActionCall, type ActionRun, ArmError, type ResourceAction } from '../../../arm/index.ts';
import { errorMessage, isObject, type JsonObject } from '../../../base/index.ts';
import { Fields } from '../../fields.ts';
import { runningCluster } from '../managed-clusters/credentials.ts';
import { fleetIdOf } from '../managed-clusters/record.ts';
import type { ContainerServiceSettings } from '../settings.ts';
import { type Attachments, BadAttachments, readAttachments } from './attachments.ts';
import { type CommandLine, readCommandLines, UnspokenShell } from './command-line.ts';
import { demandRunnable, UnrunnableWords } from './kubectl-words.ts';

const commandLimits = { characters: 64 * 1024, lines: 100 } as const;

/**
 * Runs lines of kubectl against a cluster: as its administrator, and as whom the caller's token names where Entra ID
 * decides who may enter.
 * Source: https://learn.microsoft.com/azure/aks/access-private-cluster
 */
export function runCommandAction(settings: ContainerServiceSettings): ResourceAction {
  return {
    mode: 'later',
    check: (call) => void readRequest(call, settings),
    async run(call) {
      const { lines, files, token, clusterId } = readRequest(call, settings);
      const { exitCode, logs } = await settings.commands.run({
        clusterId,
        lines,
        files,
        ...(token !== undefined && { token }),
      });
      return { exitCode, logs };
    },
    results: { word: 'commandResults', show },
  };
}

/** A command result as AKS prints one. */
function show({ id, startedAtMs, endedAtMs, status, result, error }: ActionRun): JsonObject {
  const properties: JsonObject = {
    provisioningState: status === 'InProgress' ? 'Running' : status === 'Succeeded' ? 'Succeeded' : 'Failed',
    startedAt: new Date(startedAtMs).toISOString(),
  };
  if (endedAtMs !== undefined) properties['finishedAt'] = new Date(endedAtMs).toISOString();
  if (isObject(result)) Object.assign(properties, result);
  if (error) properties['reason'] = error.message;
  return { id, properties };
}

interface Request {
  readonly clusterId: string;
  readonly lines: readonly CommandLine[];
  readonly files: Attachments;
  readonly token?: string;
}

function readRequest({ record, body }: ActionCall, settings: ContainerServiceSettings): Request {
  const properties = new Fields(record.properties);
  const isOff = properties.object('apiServerAccessProfile').boolean('disableRunCommand') === true;
  if (isOff || fleetIdOf(record)) {
    throw new ArmError(
      400,
      'OperationNotAllowed',
      `Run command is disabled for the managed cluster '${record.name}'.`,
    );
  }
  const sent = new Fields(body);
  const lines = readLines(sent.string('command') ?? '');
  const files = readFiles(sent.string('context') ?? '');
  const { clusterId } = runningCluster(record, settings).spec;
  if (properties.object('aadProfile').boolean('managed') !== true) return { clusterId, lines, files };
  const token = sent.string('clusterToken');
  if (token) return { clusterId, lines, files, token };
  throw new ArmError(
    400,
    'MissingAADClusterToken',
    'This cluster have Azure Active Directory enabled, .clusterToken is required.',
  );
}

function readLines(command: string): readonly CommandLine[] {
  if (command.trim() === '') throw refusal('command', 'it is empty');
  if (command.length > commandLimits.characters) {
    throw refusal('command', `it has more than ${commandLimits.characters} characters`);
  }
  try {
    const lines = readCommandLines(command);
    if (lines.length > commandLimits.lines)
      throw new UnspokenShell(`it has more than ${commandLimits.lines} lines`);
    return lines.map(({ words: [program = '', ...words], afterSuccess }) => {
      if (program !== 'kubectl') throw new UnspokenShell(`'${program}' is not run here: kubectl alone is`);
      demandRunnable(words);
      return { words, afterSuccess };
    });
  } catch (thrown) {
    if (thrown instanceof UnspokenShell || thrown instanceof UnrunnableWords) {
      throw refusal('command', errorMessage(thrown));
    }
    throw thrown;
  }
}

function readFiles(context: string): Attachments {
  try {
    return readAttachments(context);
  } catch (thrown) {
    if (thrown instanceof BadAttachments) throw refusal('context', errorMessage(thrown));
    throw thrown;
  }
}

function refusal(target: string, reason: string): ArmError {
  return new ArmError(400, 'InvalidParameter', `The value of parameter ${target} is invalid: ${reason}.`, {
    target,
  });
}
