import { outputFormats } from '../output/index.ts';
import { text, toggle } from './flags.ts';

const group = 'Global Arguments';
const policy = 'Global Policy Arguments';

/** Options of every command. */
export const globalFlags = {
  debug: toggle('--debug', 'Increase logging verbosity to show all debug logs.', { group }),
  help: toggle('--help -h', 'Show this help message and exit.', { group }),
  onlyShowErrors: toggle('--only-show-errors', 'Only show errors, suppressing warnings.', { group }),
  output: text('--output -o', 'Output format.', { group, choices: outputFormats, defaultText: 'json' }),
  query: text(
    '--query',
    'JMESPath query string. See http://jmespath.org/ for more information and examples.',
    { group },
  ),
  subscription: text(
    '--subscription',
    'Name or ID of subscription. You can configure the default subscription using `az account set -s NAME_OR_ID`.',
    { group },
  ),
  verbose: toggle('--verbose', 'Increase logging verbosity. Use --debug for full debug logs.', { group }),
} as const;

/** Options that az offers on every command that writes; Drydock takes them and has no use for them. */
export const policyFlags = {
  acquirePolicyToken: toggle(
    '--acquire-policy-token',
    'Acquire a policy token for this resource operation.',
    {
      group: policy,
    },
  ),
  changeReference: text(
    '--change-reference',
    'The related change reference ID for this resource operation.',
    {
      group: policy,
    },
  ),
} as const;

export const yesFlag = toggle('--yes -y', 'Do not prompt for confirmation.');
export const idsGroup = 'Resource Id Arguments';
