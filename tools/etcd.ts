import { spawn } from 'node:child_process';
import { missingEtcd } from '../test/support/etcd.ts';

/** The laws of the store, and what is built on it, on a real etcd. What is missing is a failure, never a pass. */
const missing = missingEtcd();
if (missing) {
  process.stderr.write(`test:etcd: nothing was tested: ${missing}.\n`);
  process.exit(2);
}
const files = ['test/store/etcd.law.ts', 'test/store/etcd-up.law.ts'];
const words = ['--test', '--test-concurrency=1', '--test-timeout=300000', ...files];
spawn(process.execPath, words, { stdio: 'inherit' }).once('exit', (code) => process.exit(code ?? 1));
