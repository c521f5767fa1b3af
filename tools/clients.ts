import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/**
 * `npm run test:clients [-- LANGUAGE ...]`: programs in other languages, built on the clients that people use, against a
 * fresh server. Each needs its language's own tools, which fetch the clients from their registries the first time. What is
 * missing is named, and the run fails: a language that was not tried has not passed.
 */
const root = join(import.meta.dirname, '..');
const needs: Readonly<Record<string, readonly (readonly string[])[]>> = {
  javascript: [],
  python: [['python3', '--version']],
  go: [['go', 'version']],
  extension: [['go', 'version']],
  java: [
    ['java', '-version'],
    ['mvn', '--version'],
  ],
  rust: [['cargo', '--version']],
};

const asked = process.argv.slice(2);
const strangers = asked.filter((language) => !(language in needs));
if (strangers.length > 0) {
  process.stderr.write(`test:clients knows ${Object.keys(needs).join(', ')}, not ${strangers.join(', ')}.\n`);
  process.exit(2);
}

const answers = ([command = '', ...words]: readonly string[]) => spawnSync(command, words).status === 0;
const untested: string[] = [];
const files = Object.entries(needs).flatMap(([language, programs]) => {
  if (asked.length > 0 && !asked.includes(language)) return [];
  const missing = programs.filter((program) => !answers(program)).map((program) => `'${program.join(' ')}'`);
  if (missing.length === 0) return [`test/clients/${language}.clients.ts`];
  untested.push(`${language} (${missing.join(' and ')} does not work here)`);
  return [];
});
const words = ['--test', '--test-timeout=1800000', '--test-concurrency=1', ...files];
const status =
  files.length === 0 ? 1 : spawnSync(process.execPath, words, { stdio: 'inherit', cwd: root }).status;
if (untested.length > 0) process.stderr.write(`test:clients: not tested: ${untested.join('; ')}.\n`);
process.exit(untested.length > 0 ? 1 : (status ?? 1));
