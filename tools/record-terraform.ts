import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Takes the writes out of what azurerm logged at TF_LOG=DEBUG, one log for each apply, and keeps them as data for
 * test/providers/terraform-requests.test.ts: node tools/record-terraform.ts FIRST.log CHANGED.log
 */
interface Recorded {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

const loggedBy = /^\S+ \[DEBUG\] provider\.terraform-provider-azurerm(?:_\S+)?: ?/;
const requestLine = /^(PUT|PATCH) (\/\S+) HTTP\/1\.1$/;
/** What the server makes up anew in every run, by the member that holds it; the name of its resource goes before. */
const madeUp = /"(principalId|clientId|issuerURL)":"([0-9a-f-]{36}|https:[^"]+)"/g;
const resourceName = /"id":"[^"]*\/([^"/]+)"/;
/** Templates are brought into being by loops, of which the replay has none. */
const leftOut = /\/Microsoft\.Resources\/deployments\//i;

function writesOf(text: string, names: Map<string, string>): Recorded[] {
  const lines = text.split('\n').map((line) => line.replace(loggedBy, ''));
  const found: Recorded[] = [];
  for (const [index, line] of lines.entries()) {
    if (line.startsWith('{')) remember(line, names);
    const [, method, path] = requestLine.exec(line) ?? [];
    if (method === undefined || path === undefined || leftOut.test(path)) continue;
    const body = lines.slice(index + 1).find((next) => next.startsWith('{')) ?? 'null';
    found.push({ method, path: general(path, names), body: JSON.parse(general(body, names)) });
  }
  return found;
}

function remember(answer: string, names: Map<string, string>): void {
  if (!answer.includes('"systemData"') && !answer.includes('"principalId"')) return;
  const name = resourceName.exec(answer)?.[1];
  for (const [, member, value] of answer.matchAll(madeUp)) {
    if (name !== undefined && value !== undefined && !names.has(value))
      names.set(value, `{${name}.${member}}`);
  }
}

function general(text: string, names: ReadonlyMap<string, string>): string {
  let written = text;
  for (const [value, name] of names) written = written.replaceAll(value, name);
  return written
    .replace(/\/subscriptions\/[0-9a-f-]{36}/g, '/subscriptions/{subscription}')
    .replace(/"tenantID":"[^"]*"/g, '"tenantID":"{tenant}"');
}

const names = new Map<string, string>();
const applies = process.argv.slice(2).map((file) => writesOf(readFileSync(file, 'utf8'), names));
const kept = join(import.meta.dirname, '..', 'test', 'providers', 'terraform-requests.json');
writeFileSync(kept, `${JSON.stringify(applies, undefined, 2)}\n`);
