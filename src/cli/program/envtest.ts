import { existsSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../../base/index.ts';
import { UsageError, type VerbCall } from './declaration.ts';
import { findOnPath } from './environment.ts';
import { launcher } from './package.ts';

/**
 * A folder with stand-ins for `kube-apiserver` and `etcd` that speak envtest's start-up protocol, and kubectl. Its
 * name is the last line printed: `KUBEBUILDER_ASSETS=$(drydock envtest)`.
 */
export async function run(call: VerbCall): Promise<number> {
  const [word, ...more] = call.words;
  if (word === 'serve' && more.length === 0) return (await import('./envtest-serve.ts')).serve(call);
  if (word !== undefined) throw new UsageError("usage: 'drydock envtest' or 'drydock envtest serve'.");
  if (call.options['port'] !== undefined)
    throw new UsageError("--port is an option of 'drydock envtest serve'.");
  const folder = typeof call.options['home'] === 'string' ? call.home : join(call.home, 'envtest');
  makeFolder(folder, 0o755);
  for (const name of ['kube-apiserver', 'etcd']) writeStandIn(join(folder, name), name);
  linkKubectl(join(folder, 'kubectl'));
  process.stdout.write(`${folder}\n`);
  return 0;
}

function writeStandIn(file: string, name: string): void {
  // envtest asks each program for its help first: that needs no Node.
  const help = `case "$*" in --help | -h) exit 0 ;; esac`;
  writeFileSync(file, `#!/bin/sh\n${help}\nexec "${launcher()}" envtest-server ${name} "$@"\n`, {
    mode: 0o755,
  });
}

function linkKubectl(file: string): void {
  if (existsSync(file)) rmSync(file);
  const kubectl = findOnPath('kubectl');
  if (kubectl) symlinkSync(kubectl, file);
}
