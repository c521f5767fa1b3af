import { defineCommand } from '../../../declaration.ts';
import { required, resourceGroup, text } from '../../../declare/flags.ts';
import { pathOf } from '../../../declare/verbs.ts';
import { AzError } from '../../../errors.ts';
import { gate, gateNotice } from '../update-nouns.ts';

const states = ['Pending', 'Skipped', 'Completed'];
const types = ['Approval', 'ScheduledStart'];

/** `az fleet gate list`. */
export const command = defineCommand({
  words: 'fleet gate list',
  summary: 'List gates of a fleet, of all its update runs.',
  flags: {
    resourceGroup: resourceGroup(),
    fleetName: required('--fleet-name -f', 'Specify the fleet name.'),
    state: text('--state-filter --state', 'Only gates in this state: Pending, Skipped or Completed.'),
    type: text('--gate-type', 'Only gates of this type: Approval or ScheduledStart.'),
  },
  reads: true,
  notice: gateNotice,
  examples: [
    {
      text: 'List the gates that wait for somebody.',
      command: 'az fleet gate list -g MyResourceGroup -f MyFleet --state Pending',
    },
  ],
  async run(call) {
    const { state, type } = call.flags;
    refuseOther(state, { what: 'gate state', allowed: states });
    refuseOther(type, { what: 'gate type', allowed: types });
    const conditions = [
      ...(state === undefined ? [] : [`state eq ${state}`]),
      ...(type === undefined ? [] : [`gateType eq ${type}`]),
    ];
    const path = pathOf({ path: gate.path.replace(/\/\{name\}$/, '') }, call);
    const $filter = conditions.length > 0 ? conditions.join(' and ') : undefined;
    const items = await call.session.arm.list(path, gate.apiVersion, { $filter });
    return items.map((item) => gate.present(item));
  },
});

function refuseOther(
  value: string | undefined,
  { what, allowed }: { readonly what: string; readonly allowed: readonly string[] },
): void {
  if (value === undefined || allowed.includes(value)) return;
  const listed = allowed.map((one) => `'${one}'`).join(', ');
  throw new AzError(`Unsupported ${what} filter value: '${value}'. Allowed values are [${listed}]`);
}
