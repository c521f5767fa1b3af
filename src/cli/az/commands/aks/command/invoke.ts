import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, relative, resolve } from 'node:path';
import { zipSync } from 'fflate';
import { isObject } from '../../../../../base/index.ts';
import { defineCommand } from '../../../declaration.ts';
import { list, noWait, required, resourceGroup, text } from '../../../declare/flags.ts';
import { getResource, pathOf } from '../../../declare/verbs.ts';
import { AzError } from '../../../errors.ts';
import { json } from '../../../http/arm-call.ts';
import { aksApiVersion, cluster } from '../noun.ts';
import { showResult, showRunning } from './show.ts';

/** The application whose tokens AKS clusters take; the same in every cloud. */
const kubernetesApplication = '6dae42f8-4368-4678-94ff-3960e28e3630';

/** `az aks command invoke`. */
export const command = defineCommand({
  words: 'aks command invoke',
  summary: 'Run a shell command (with kubectl, helm) on your aks cluster, support attaching files as well.',
  detail: 'Drydock runs lines of kubectl alone: there is no shell and no helm.',
  flags: {
    resourceGroup: resourceGroup(),
    name: required('--name -n', 'Name of the managed cluster.'),
    command: text('--command -c', 'The command to run.'),
    files: {
      ...list('--file -f', "Attach any files the command may use, or use '.' to upload the current folder."),
      adds: true,
    },
    noWait: noWait(),
  },
  examples: [
    {
      text: 'Apply a file that is attached.',
      command:
        'az aks command invoke -g MyResourceGroup -n MyCluster -c "kubectl apply -f app.yaml" -f app.yaml',
    },
  ],
  async run(call) {
    const { properties } = await getResource(cluster, call);
    const { command: line, files = [], noWait: leaves } = call.flags;
    if (!line) throw new AzError('Command cannot be empty.');
    const aad = isObject(properties) && isObject(properties['aadProfile']) ? properties['aadProfile'] : {};
    const token = aad['managed'] === true ? await call.session.token(kubernetesApplication) : undefined;
    const first = await call.session.arm.send({
      method: 'POST',
      path: `${pathOf(cluster, call)}/runCommand`,
      apiVersion: aksApiVersion,
      body: {
        command: line,
        context: archive(files, call.context.cwd),
        ...(token && { clusterToken: token.accessToken }),
      },
    });
    const location = first.header('location') ?? '';
    for (;;) {
      const answer = await call.session.arm.send({ method: 'GET', path: location });
      const id = /commandResults\/(\w*)\?/.exec(location)?.[1] ?? '';
      if (leaves) {
        showRunning(call, json(answer), { group: call.flags.resourceGroup, name: call.flags.name, id });
        return undefined;
      }
      if (answer.status !== 202) return showResult(call, json(answer));
      await call.context.clock.sleep(pollMs, call.context.signal);
    }
  },
});

/** The service holds a question about what runs until something happens, or for most of a second. */
const pollMs = 500;

function archive(files: readonly string[], cwd: string): string {
  if (files.length === 0) return '';
  const attached =
    files.length === 1 && files[0] === '.' ? folder(cwd) : files.map((file) => single(file, cwd));
  return Buffer.from(zipSync(Object.fromEntries(attached))).toString('base64');
}

function folder(cwd: string): (readonly [string, Uint8Array])[] {
  return readdirSync(cwd, { recursive: true, encoding: 'utf8' })
    .map((path) => resolve(cwd, path))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile())
    .map((path) => [relative(cwd, path), readFileSync(path)] as const);
}

function single(file: string, cwd: string): readonly [string, Uint8Array] {
  if (file === '.') {
    throw new AzError('. is used to attach current folder, not expecting other attachements.');
  }
  const path = resolve(cwd, file);
  if (statSync(path, { throwIfNoEntry: false })?.isFile()) return [basename(path), readFileSync(path)];
  throw new AzError(`${file} is not valid file, or not accessable.`);
}
