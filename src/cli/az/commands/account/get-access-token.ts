import { defineCommand } from '../../declaration.ts';
import { list, text } from '../../declare/flags.ts';
import { AzError } from '../../errors.ts';
import type { Estate } from '../../profile/estate.ts';

const resourceTypes = ['arm', 'ms-graph'] as const;

/** `az account get-access-token`. */
export const command = defineCommand({
  words: 'account get-access-token',
  summary: 'Get a token for other programs to use.',
  detail:
    'The token is good for at least 5 minutes. `expires_on` is in Unix seconds, `expiresOn` in local time.',
  flags: {
    subscription: text('--name --subscription -n -s', 'Name or ID of subscription.'),
    resource: text('--resource', 'Resource that the token is for, e.g. https://localhost:8443/.'),
    resourceType: text('--resource-type', 'Type of well-known resource.', { choices: resourceTypes }),
    scope: list('--scope', 'Space-separated scopes. Default: Resource Manager.'),
    tenant: text('--tenant -t', 'Tenant in which to ask for the token.'),
  },
  examples: [
    { text: 'Get a token for Resource Manager.', command: 'az account get-access-token' },
    {
      text: 'Get a token for the API servers of Kubernetes clusters.',
      command: 'az account get-access-token --resource 6dae42f8-4368-4678-94ff-3960e28e3630',
    },
  ],
  async run({ flags, session }) {
    const { resource, resourceType, scope, tenant } = flags;
    if ([resource, resourceType, scope].filter((one) => one !== undefined).length > 1) {
      throw new AzError('Only one of --resource, --resource-type and --scope can be given.');
    }
    if (tenant !== undefined && flags.subscription !== undefined) {
      throw new AzError('Please specify only one of subscription and tenant, not both');
    }
    const active = session.profile.find(flags.subscription);
    const wanted = scope?.join(' ') ?? `${resource ?? resourceOf(resourceType, session.estate)}/.default`;
    const token = await session.tokenForScope(wanted, {
      account: active.user.name,
      tenant: tenant ?? active.tenantId,
    });
    return {
      accessToken: token.accessToken,
      expiresOn: localTime(token.expiresOn),
      expires_on: token.expiresOn,
      ...(tenant === undefined ? { subscription: active.id } : {}),
      tenant: tenant ?? active.tenantId,
      tokenType: 'Bearer',
    };
  },
});

function resourceOf(type: string | undefined, estate: Estate): string {
  return type === 'ms-graph' ? `${estate.graph}/` : estate.audience;
}

/** `YYYY-MM-DD HH:MM:SS.ffffff` in the machine's time zone. */
function localTime(unixSeconds: number): string {
  const time = new Date(unixSeconds * 1000);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${day} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.000000`;
}
