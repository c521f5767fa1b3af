import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BenchEstate, fleetNames, makeFleet } from '../estate.ts';
import { median, printHead, printTable, verdict } from '../figures.ts';
import { cacheFolder, findProgram, launcher, runToEnd } from '../process.ts';
import { say } from '../report.ts';

const aimSeconds = 0.15;
const kubernetesServer = '6dae42f8-4368-4678-94ff-3960e28e3630';

interface Command {
  readonly name: string;
  readonly program: string;
  readonly words: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** Commands as whole processes, each from its start to its end, in turns. */
export async function cli(options: { readonly runs: number }): Promise<void> {
  printHead('Commands as whole processes: median seconds');
  await using estate = await BenchEstate.start();
  await makeFleet(estate);
  const commands = [...(await ownCommands(estate)), ...(await systemCommands(estate))];
  for (const command of commands) await once(command);
  const times: number[][] = commands.map(() => []);
  for (let run = 0; run < options.runs; run++) {
    for (const [at, command] of commands.entries()) times[at]?.push(await once(command));
  }
  const medians = times.map((list) => median(list) / 1000);
  printTable(
    ['', 'median', 'fastest'],
    commands.map(({ name }, at) => [
      name,
      `${medians[at]?.toFixed(3)} s`,
      `${(Math.min(...(times[at] ?? [])) / 1000).toFixed(3)} s`,
    ]),
  );
  const at = commands.findIndex(({ name }) => name === groupShow);
  const took = medians[at] ?? Number.NaN;
  say(`aim for ${groupShow}: ${aimSeconds} s ${verdict(took <= aimSeconds)}`);
}

const groupShow = 'az group show (ours)';

async function ownCommands(estate: BenchEstate): Promise<Command[]> {
  const env = await estate.environment();
  const { group, members } = fleetNames;
  const az = join(estate.home, 'bin', 'az');
  const token = ['get-token', '--home', estate.home, '--server-id', kubernetesServer];
  const commands: Command[] = [
    { name: 'node -e 0', program: process.execPath, words: ['-e', '0'], env },
    { name: 'drydock version', program: launcher, words: ['version'], env },
    { name: 'az account list (ours)', program: az, words: ['account', 'list'], env },
    { name: groupShow, program: az, words: ['group', 'show', '-n', group], env },
    { name: 'exec credential plugin (drydock get-token)', program: launcher, words: token, env },
  ];
  const kubectl = await findProgram('kubectl');
  if (!kubectl) return commands;
  const [withToken, withCertificate] = [join(estate.home, 'token.config'), join(estate.home, 'admin.config')];
  const credentials = `az aks get-credentials -g ${group} -n ${members[0]}`;
  await estate.script(`${credentials} --file ${withToken}; ${credentials} --admin --file ${withCertificate}`);
  const get = (config: string) => ['--kubeconfig', config, 'get', 'nodes'];
  return [
    ...commands,
    { name: 'kubectl get nodes, through the plugin', program: kubectl, words: get(withToken), env },
    { name: 'kubectl get nodes, client certificate', program: kubectl, words: get(withCertificate), env },
  ];
}

const installedAz = [join(cacheFolder, 'azure-cli', 'bin', 'az'), '/tmp/azvenv/bin/az'];

async function systemCommands(estate: BenchEstate): Promise<Command[]> {
  const program = installedAz.find((file) => existsSync(file)) ?? (await findProgram('az'));
  if (!program) {
    say('azure-cli is not installed (npm run test:az installs it): ours is measured alone.');
    return [];
  }
  const path = process.env['PATH'];
  process.env['PATH'] = `${dirname(program)}:${path}`;
  const env = await estate.environment('system');
  process.env['PATH'] = path;
  return [
    { name: 'az account list (azure-cli)', program, words: ['account', 'list'], env },
    { name: 'az group show (azure-cli)', program, words: ['group', 'show', '-n', fleetNames.group], env },
  ];
}

async function once({ program, words, env }: Command): Promise<number> {
  return (await runToEnd(program, words, { env })).elapsedMs;
}
