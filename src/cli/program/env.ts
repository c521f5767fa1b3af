import { demandRunning } from './control.ts';
import type { VerbCall } from './declaration.ts';
import { azKind, shellVariables } from './environment.ts';
import { shellQuote } from './shell-quote.ts';

export async function run(call: VerbCall): Promise<number> {
  const kind = azKind(call.options['az']);
  const running = demandRunning(call.home);
  if (kind === 'system') {
    const { signInSystemAz } = await import('./system-az.ts');
    await signInSystemAz(call.home, running);
  }
  for (const [name, value] of Object.entries(shellVariables(call.home, running, kind))) {
    process.stdout.write(`export ${name}=${shellQuote(value)}\n`);
  }
  return 0;
}
