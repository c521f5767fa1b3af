import { callControl } from './control.ts';
import { UsageError, type VerbCall } from './declaration.ts';

export async function run(call: VerbCall): Promise<number> {
  const [name, ...more] = call.words;
  if (!name || more.length > 0)
    throw new UsageError("usage: 'drydock release VERSION' or 'drydock release list'.");
  if (name === 'list') return list(call.home);
  const { kind, name: released } = await callControl(call.home, {
    method: 'POST',
    path: 'releases',
    body: { name },
  });
  process.stdout.write(`The ${String(kind)} ${String(released)} is released.\n`);
  return 0;
}

async function list(home: string): Promise<number> {
  const { kubernetesVersions, nodeImages } = await callControl(home, { method: 'GET', path: 'releases' });
  for (const [title, names] of [
    ['Kubernetes versions', kubernetesVersions],
    ['Node images', nodeImages],
  ] as const) {
    process.stdout.write(`${title}: ${Array.isArray(names) ? names.join(' ') : ''}\n`);
  }
  return 0;
}
