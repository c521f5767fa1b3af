import { callControl } from './control.ts';
import { UsageError, type VerbCall } from './declaration.ts';

export async function run(call: VerbCall): Promise<number> {
  const [word, name, ...more] = call.words;
  if (word !== 'create' || !name || more.length > 0)
    throw new UsageError("usage: 'drydock subscription create NAME'.");
  const created = await callControl(call.home, {
    method: 'POST',
    path: 'subscriptions',
    body: { displayName: name },
  });
  process.stdout.write(`${JSON.stringify(created, null, 2)}\n`);
  return 0;
}
