import { generateKeyPairSync, randomBytes } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import {
  cacheFolder,
  findProgram,
  freePort,
  runToEnd,
  start,
  stop,
  temporaryFolder,
  untilAnswered,
} from '../process.ts';
import type { RunningServer } from './running.ts';

const version = '1.34.4';
const stagingVersion = `v0.${version.slice(2)}`;
const folder = join(cacheFolder, 'kube-apiserver', version);

/** The real thing: kube-apiserver with etcd, as a person would run it on one machine. */
export interface Peer {
  readonly apiServer: string;
  readonly etcd: string;
}

export type PeerSearch = { readonly peer: Peer } | { readonly missing: string };

/** Finds or builds kube-apiserver, and finds etcd; else says what is missing. KUBEBUILDER_ASSETS names a folder with both. */
export async function preparePeer(): Promise<PeerSearch> {
  const assets = process.env['KUBEBUILDER_ASSETS'];
  if (assets) {
    const peer = { apiServer: join(assets, 'kube-apiserver'), etcd: join(assets, 'etcd') };
    const absent = Object.values(peer).filter((program) => !existsSync(program));
    return absent.length === 0 ? { peer } : { missing: `KUBEBUILDER_ASSETS lacks ${absent.join(' and ')}` };
  }
  const etcd = await findProgram('etcd');
  if (!etcd) return { missing: 'etcd is not on PATH (Debian: apt-get install etcd-server)' };
  const apiServer = join(folder, 'kube-apiserver');
  if (existsSync(apiServer)) return { peer: { apiServer, etcd } };
  const given = process.env['KUBE_APISERVER'];
  if (given) {
    mkdirSync(folder, { recursive: true });
    copyFileSync(given, apiServer);
    return { peer: { apiServer, etcd } };
  }
  const go = await findProgram('go');
  if (!go) {
    return {
      missing: `no Go on PATH to build kube-apiserver ${version} with, and KUBE_APISERVER names no built one`,
    };
  }
  process.stdout.write(`building kube-apiserver ${version} into ${folder} (once; some minutes) ...\n`);
  await build(go, apiServer);
  return { peer: { apiServer, etcd } };
}

const mainGo = `package main

import (
	"os"

	"k8s.io/component-base/cli"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
)

func main() { os.Exit(cli.Run(app.NewAPIServerCommand())) }
`;

/** A module of its own that requires Kubernetes and points its staging modules at their releases. */
async function build(go: string, apiServer: string): Promise<void> {
  const module = join(folder, 'module');
  mkdirSync(module, { recursive: true });
  writeFileSync(join(module, 'main.go'), mainGo);
  const inModule = { cwd: module, env: { ...process.env, GOFLAGS: '-mod=mod' } };
  const required = `module drydock.example/kube-apiserver\n\ngo 1.24.0\n\nrequire k8s.io/kubernetes v${version}\n`;
  writeFileSync(join(module, 'go.mod'), required);
  const { stdout } = await runToEnd(
    go,
    ['mod', 'download', '-json', `k8s.io/kubernetes@v${version}`],
    inModule,
  );
  const downloaded: { Dir: string } = JSON.parse(stdout);
  const staging = [
    ...readFileSync(join(downloaded.Dir, 'go.mod'), 'utf8').matchAll(
      /^\s+(k8s\.io\/[\w-]+) => \.\/staging/gm,
    ),
  ];
  const replaced = staging.map(([, name]) => `replace ${name} => ${name} ${stagingVersion}\n`).join('');
  writeFileSync(join(module, 'go.mod'), `${required}\n${replaced}`);
  await runToEnd(go, ['mod', 'tidy'], inModule);
  const [major, minor] = version.split('.');
  const stamp = 'k8s.io/component-base/version';
  const flags = [
    `-X ${stamp}.gitVersion=v${version}`,
    `-X ${stamp}.gitMajor=${major}`,
    `-X ${stamp}.gitMinor=${minor}`,
  ];
  const output = join(module, 'kube-apiserver');
  await runToEnd('nice', ['-n', '19', go, 'build', '-o', output, '-ldflags', flags.join(' '), '.'], inModule);
  renameSync(output, apiServer);
  rmSync(module, { recursive: true });
}

/** Starts etcd and kube-apiserver from nothing: empty data, no certificates yet, RBAC on. */
export async function startPeer(peer: Peer): Promise<RunningServer> {
  const home = temporaryFolder();
  const [clientPort, peerPort, port] = [await freePort(), await freePort(), await freePort()];
  const token = randomBytes(16).toString('hex');
  const serviceAccountKey = join(home, 'service-account.key');
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  writeFileSync(serviceAccountKey, privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 });
  writeFileSync(join(home, 'tokens.csv'), `${token},admin,,"system:masters"\n`, { mode: 0o600 });

  const etcdUrl = `http://127.0.0.1:${clientPort}`;
  const peerUrl = `http://127.0.0.1:${peerPort}`;
  const silent = { stdio: 'ignore' } as const;
  const etcd = start(
    peer.etcd,
    [
      ...[
        '--data-dir',
        join(home, 'etcd'),
        '--listen-client-urls',
        etcdUrl,
        '--advertise-client-urls',
        etcdUrl,
      ],
      ...['--listen-peer-urls', peerUrl, '--initial-advertise-peer-urls', peerUrl],
      ...['--initial-cluster', `default=${peerUrl}`],
    ],
    silent,
  );
  const apiServer = start(
    peer.apiServer,
    [
      `--etcd-servers=${etcdUrl}`,
      `--secure-port=${port}`,
      '--bind-address=127.0.0.1',
      `--cert-dir=${join(home, 'certificates')}`,
      `--token-auth-file=${join(home, 'tokens.csv')}`,
      '--authorization-mode=RBAC',
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${serviceAccountKey}`,
      `--service-account-signing-key-file=${serviceAccountKey}`,
      '--service-cluster-ip-range=10.0.0.0/24',
      // Nobody makes the service accounts that pods are given: there is no controller manager beside it.
      '--disable-admission-plugins=ServiceAccount',
    ],
    silent,
  );
  const readyMs = await untilAnswered(`https://127.0.0.1:${port}/readyz`);
  return {
    target: {
      name: `kube-apiserver ${version} with etcd`,
      url: `https://127.0.0.1:${port}`,
      token,
      authority: undefined,
    },
    readyMs,
    pids: [apiServer.pid ?? 0, etcd.pid ?? 0],
    async stop() {
      await stop(apiServer);
      await stop(etcd);
    },
  };
}
