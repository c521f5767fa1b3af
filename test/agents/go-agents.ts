import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { held, temporaryFolder } from '../support/belongings.ts';

/** An agent that runs as a process of its own. */
export interface GoAgent {
  /** The end of what it printed, for whoever wants to know why a test fails. */
  readonly printed: () => string;
  close(): Promise<void>;
}

/** Where an agent finds an API server. */
export interface Endpoint {
  readonly url: string;
  readonly caPem: string;
  readonly kubeconfig: string;
}

const program = (name: string) => join(process.env['DRYDOCK_AGENTS'] ?? '', name);
const printedCharacters = 20_000;

/** KubeFleet's hub agent. What changes on the hub goes out at once, as ours does by default. */
export function startGoHubAgent(hub: Endpoint): GoAgent {
  return run('hubagent', [
    `--kubeconfig=${hub.kubeconfig}`,
    '--enable-webhook=false',
    '--metrics-bind-address=0',
    '--health-probe-bind-address=0',
    '--resource-changes-collection-duration=0s',
    '--resource-snapshot-creation-minimum-interval=0s',
  ]);
}

/** KubeFleet's member agent, with the provider of properties that Azure has. */
export function startGoMemberAgent(parts: {
  readonly hub: Endpoint;
  /** Bearer token of the identity that the MemberCluster names. */
  readonly hubToken: string;
  readonly member: Endpoint;
  readonly memberName: string;
}): GoAgent {
  const folder = temporaryFolder('go-member');
  const token = join(folder, 'token');
  writeFileSync(token, parts.hubToken);
  return run(
    'memberagent',
    [
      `--kubeconfig=${parts.member.kubeconfig}`,
      '--property-provider=azure',
      '--use-cost-properties-in-azure-provider=false',
      '--enable-namespace-collection-in-property-provider=true',
      '--metrics-bind-address=0',
      '--health-probe-bind-address=0',
      '--hub-metrics-bind-address=0',
      '--hub-health-probe-bind-address=0',
    ],
    {
      HUB_SERVER_URL: parts.hub.url,
      HUB_CERTIFICATE_AUTHORITY: Buffer.from(parts.hub.caPem).toString('base64'),
      MEMBER_CLUSTER_NAME: parts.memberName,
      CONFIG_PATH: token,
    },
  );
}

function run(name: string, words: readonly string[], environment: Record<string, string> = {}): GoAgent {
  const child = held(
    spawn(program(name), words, {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  );
  let printed = '';
  const note = (chunk: Buffer) => {
    printed = (printed + chunk.toString()).slice(-printedCharacters);
  };
  child.stdout.on('data', note);
  child.stderr.on('data', note);
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return {
    printed: () => printed,
    async close() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
