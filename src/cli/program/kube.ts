import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeFolder } from '../../base/index.ts';
import { kubeconfigText } from '../../library/kubeconfig.ts';
import { writePrivately } from '../private-file.ts';
import { plugInLines, plugInSwitches } from './admission-plug-ins.ts';
import { auditSettings } from './audit-flags.ts';
import { UsageError, type VerbCall } from './declaration.ts';
import { featureSwitches } from './feature-switches.ts';
import { closeHome } from './home.ts';
import { parsePort } from './listen-choice.ts';
import { serviceUrls } from './service-urls.ts';

export async function run(call: VerbCall): Promise<number> {
  if (call.words[0] !== 'up' || call.words.length > 1)
    throw new UsageError("usage: 'drydock kube up --bare'.");
  if (call.options['bare'] !== true) {
    throw new UsageError("only bare servers are built: 'drydock kube up --bare'.");
  }
  const audit = auditSettings(
    (name) => textOf(call.options[name]),
    (problem) => new UsageError(`${problem}.`),
  );
  const { startBareServer } = await import('../../server/bare.ts');
  const asked = call.options['home'];
  const folder = typeof asked === 'string' ? call.home : mkdtempSync(join(tmpdir(), 'drydock-kube-'));
  process.umask(0o077);
  makeFolder(folder);
  closeHome(folder);
  const stopped = new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
  const server = await startBareServer({
    folder,
    audit,
    port: parsePort(call.options['port']) ?? 0,
    serviceUrls: serviceUrls(call.options['service-url']),
    features: featureSwitches(call.options['feature-gates'], call.options['runtime-config']),
    admissionPlugIns: plugInSwitches(
      call.options['enable-admission-plugins'],
      call.options['disable-admission-plugins'],
    ),
  });
  const kubeconfig = join(folder, 'kubeconfig');
  writePrivately(kubeconfig, kubeconfigText(server));
  for (const notice of server.notices) process.stderr.write(`drydock kube: ${notice}\n`);
  for (const warning of server.warnings) process.stderr.write(`drydock kube: ${warning}\n`);
  process.stdout.write(plugInLines(server.admissionPlugIns));
  process.stdout.write(`Ready at ${server.url}\nexport KUBECONFIG=${kubeconfig}\n`);
  await stopped;
  await server.close();
  return 0;
}

function textOf(option: string | boolean | undefined): string | undefined {
  return typeof option === 'string' ? option : undefined;
}
