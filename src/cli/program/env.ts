import type { RunningEstate } from '../../server/index.ts';
import { demandRunning } from './control.ts';
import type { VerbCall } from './declaration.ts';
import { azKind, shellVariables } from './environment.ts';
import { homeFiles } from './home.ts';
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
  process.stdout.write(programHints(call.home, running));
  return 0;
}

/**
 * What programs need that read credentials from their environment. Left to the person: a CA bundle replaces the CAs that a
 * program trusts. The tenant `adfs` makes clients ask this server alone about its authority.
 */
function programHints(home: string, { resourceManager }: RunningEstate): string {
  const authority = shellQuote(homeFiles(home).authority);
  return [
    '# For programs with DefaultAzureCredential, beside AZURE_CLIENT_ID and AZURE_CLIENT_SECRET:',
    `# export AZURE_AUTHORITY_HOST=${resourceManager} AZURE_TENANT_ID=adfs`,
    `# export REQUESTS_CA_BUNDLE=${authority} SSL_CERT_FILE=${authority}   # Python; Go and Terraform`,
    "# For Terraform's azurerm, beside ARM_CLIENT_ID, ARM_CLIENT_SECRET, ARM_TENANT_ID and ARM_SUBSCRIPTION_ID:",
    `# export ARM_ENVIRONMENT=Drydock ARM_METADATA_HOSTNAME=${new URL(resourceManager).host}`,
    '',
  ].join('\n');
}
