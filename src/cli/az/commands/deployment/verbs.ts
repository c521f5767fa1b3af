import { isObject, type JsonObject } from '../../../../base/index.ts';
import type { Call, Command, Flags } from '../../declaration.ts';
import { noWait, required, text, toggle } from '../../declare/flags.ts';
import { deleteCommand, pathOf, showCommand, waitCommand } from '../../declare/verbs.ts';
import { rows } from '../../shape/rows.ts';
import { type DeploymentScope, deploymentNoun, deploymentVersion, presentDeployment } from './scopes.ts';
import { deploymentName, readTemplate, templateFlags } from './template-input.ts';
import { whatIfText } from './what-if-text.ts';

const table = rows((item) => {
  const properties = isObject(item['properties']) ? item['properties'] : {};
  return {
    Name: item['name'],
    State: properties['provisioningState'],
    Timestamp: properties['timestamp'],
    Mode: properties['mode'],
    ...(item['resourceGroup'] !== undefined && { ResourceGroup: item['resourceGroup'] }),
  };
});

const modeFlag = {
  mode: text('--mode', 'Incremental only adds; Complete also deletes what is not in the template.', {
    choices: ['Incremental', 'Complete'],
    defaultText: 'Incremental',
  }),
};
const whatIfFlags = {
  resultFormat: text('--what-if-result-format --result-format -r', 'How much a what-if shows.', {
    choices: ['FullResourcePayloads', 'ResourceIdOnly'],
  }),
  exclude: text(
    '--what-if-exclude-change-types --exclude-change-types -x',
    'Changes that a what-if leaves out, separated by blanks.',
  ),
};

/** Flags that say where, under which name and what. */
function making(scope: DeploymentScope): Flags {
  return {
    ...scope.flags,
    ...(scope.needsLocation && {
      location: required('--location -l', 'The region that keeps the deployment.', { setting: 'location' }),
    }),
    name: text('--name -n', "The deployment name. Default: that of the template's file."),
    ...templateFlags,
    ...(scope.word === 'group' && modeFlag),
  };
}

interface Made {
  readonly path: string;
  readonly body: JsonObject;
}

/** What is sent, with the path of the deployment. */
async function requestOf(scope: DeploymentScope, call: Call<Flags>): Promise<Made> {
  const { flags, context } = call;
  const word = (key: string) => (typeof flags[key] === 'string' ? flags[key] : undefined);
  const templateFile = word('templateFile');
  const parameters = Array.isArray(flags['parameters']) ? flags['parameters'].map(String) : undefined;
  const read = await readTemplate(
    { templateFile, parameters, noPrompt: flags['noPrompt'] === true },
    context,
  );
  const name = deploymentName(word('name'), templateFile);
  const location = word('location');
  return {
    path: pathOf(deploymentNoun(scope), { ...call, flags: { ...flags, name } }),
    body: {
      ...(location !== undefined && { location }),
      properties: {
        mode: word('mode') ?? 'Incremental',
        template: read.template,
        parameters: read.parameters,
      },
    },
  };
}

async function askWhatIf({ path, body }: Made, call: Call<Flags>): Promise<JsonObject> {
  const format = call.flags['resultFormat'];
  const properties = isObject(body['properties']) ? body['properties'] : {};
  const settings = {
    whatIfSettings: { resultFormat: typeof format === 'string' ? format : 'FullResourcePayloads' },
  };
  const sent = { ...body, properties: { ...properties, ...settings } };
  const answer = await call.session.arm.post(`${path}/whatIf`, deploymentVersion, sent);
  const found = isObject(answer) && isObject(answer['properties']) ? answer['properties'] : {};
  const excluded = String(call.flags['exclude'] ?? '')
    .toLowerCase()
    .split(/[\s,]+/);
  const changes = Array.isArray(found['changes']) ? found['changes'].filter(isObject) : [];
  return {
    status: isObject(answer) ? (answer['status'] ?? null) : null,
    changes: changes.filter((change) => !excluded.includes(String(change['changeType']).toLowerCase())),
  };
}

export function createCommand(scope: DeploymentScope): Command {
  return {
    words: `deployment ${scope.word} create`,
    summary: `Start a deployment ${scope.phrase}.`,
    flags: {
      ...making(scope),
      ...whatIfFlags,
      confirmWithWhatIf: toggle(
        '--confirm-with-what-if -c',
        'Show what would change, and ask before deploying.',
      ),
      whatIf: toggle('--what-if -w', 'Show what would change, and deploy nothing.'),
      noWait: noWait(),
    },
    table,
    examples: [
      {
        text: 'Deploy a template with a parameters file and one more value.',
        command: `az deployment ${scope.word} create ${exampleScope(scope)} -f main.json -p @values.json -p name=value`,
      },
    ],
    async run(call) {
      const made = await requestOf(scope, call);
      const { flags, session } = call;
      if (flags['whatIf'] || flags['confirmWithWhatIf']) {
        call.print(whatIfText(await askWhatIf(made, call)));
        if (flags['whatIf']) return undefined;
        await call.confirm('\nAre you sure you want to execute the deployment?');
      }
      const noWaiting = flags['noWait'] === true;
      const sent = { method: 'PUT' as const, ...made, apiVersion: deploymentVersion, intervalSeconds: 1 };
      const done = await session.arm.long({ ...sent, noWait: noWaiting });
      return isObject(done) ? presentDeployment(done) : undefined;
    },
  };
}

function exampleScope({ word }: DeploymentScope): string {
  if (word === 'group') return '-g MyGroup';
  return word === 'mg' ? '-m MyManagementGroup -l eastus' : '-l eastus';
}

export function validateCommand(scope: DeploymentScope): Command {
  return {
    words: `deployment ${scope.word} validate`,
    summary: `Validate whether a template is valid ${scope.phrase}.`,
    flags: making(scope),
    table: rows((item) => {
      const properties = isObject(item['properties']) ? item['properties'] : {};
      return { Result: properties['provisioningState'], CorrelationId: properties['correlationId'] };
    }),
    async run(call) {
      const { path, body } = await requestOf(scope, call);
      const answer = await call.session.arm.post(`${path}/validate`, deploymentVersion, body);
      return isObject(answer) ? presentDeployment(answer) : undefined;
    },
  };
}

export function whatIfCommand(scope: DeploymentScope): Command {
  return {
    words: `deployment ${scope.word} what-if`,
    summary: `Show what a deployment would change ${scope.phrase}.`,
    flags: {
      ...making(scope),
      ...whatIfFlags,
      noPretty: toggle('--no-pretty-print', 'Print the answer as JSON.'),
    },
    async run(call) {
      const found = await askWhatIf(await requestOf(scope, call), call);
      if (call.flags['noPretty']) return found;
      call.print(whatIfText(found));
      return undefined;
    },
  };
}

export function showDeployment(scope: DeploymentScope): Command {
  const words = `deployment ${scope.word} show`;
  return showCommand(deploymentNoun(scope), { words, summary: `Show a deployment ${scope.phrase}.`, table });
}

export function deleteDeployment(scope: DeploymentScope): Command {
  const words = `deployment ${scope.word} delete`;
  return deleteCommand(deploymentNoun(scope), {
    words,
    summary: `Delete a deployment ${scope.phrase}. Its resources stay.`,
  });
}

export function waitDeployment(scope: DeploymentScope): Command {
  const words = `deployment ${scope.word} wait`;
  const summary = `Wait until a condition of a deployment ${scope.phrase} is met.`;
  return waitCommand(deploymentNoun(scope), { words, summary, sees: 'presented' });
}

export function listDeployments(scope: DeploymentScope): Command {
  return {
    words: `deployment ${scope.word} list`,
    summary: `List deployments ${scope.phrase}.`,
    flags: { ...scope.flags, filter: text('--filter', 'E.g. "provisioningState eq \'Failed\'".') },
    reads: true,
    table,
    async run(call) {
      const path = pathOf({ path: deploymentNoun(scope).path.replace('/{name}', '') }, call);
      const { filter } = call.flags;
      const query = typeof filter === 'string' ? { $filter: filter } : undefined;
      return (await call.session.arm.list(path, deploymentVersion, query)).map(presentDeployment);
    },
  };
}

export function cancelCommand(scope: DeploymentScope): Command {
  return {
    words: `deployment ${scope.word} cancel`,
    summary: `Cancel a deployment ${scope.phrase}. What it has made stays.`,
    flags: deploymentNoun(scope).names,
    async run(call) {
      await call.session.arm.post(`${pathOf(deploymentNoun(scope), call)}/cancel`, deploymentVersion);
      return undefined;
    },
  };
}

export function exportCommand(scope: DeploymentScope): Command {
  return {
    words: `deployment ${scope.word} export`,
    summary: `Export the template of a deployment ${scope.phrase}.`,
    flags: deploymentNoun(scope).names,
    reads: true,
    async run(call) {
      const path = `${pathOf(deploymentNoun(scope), call)}/exportTemplate`;
      const answer = await call.session.arm.post(path, deploymentVersion);
      return isObject(answer) ? answer['template'] : undefined;
    },
  };
}

/** A deployment's operation as az prints it. */
const presentOperation = (item: JsonObject): JsonObject => ({
  id: item['id'] ?? null,
  operationId: item['operationId'] ?? null,
  properties: item['properties'] ?? null,
});

export function listOperations(scope: DeploymentScope): Command {
  return {
    words: `deployment operation ${scope.word} list`,
    summary: `List operations of a deployment ${scope.phrase}.`,
    flags: deploymentNoun(scope).names,
    reads: true,
    async run(call) {
      const path = `${pathOf(deploymentNoun(scope), call)}/operations`;
      return (await call.session.arm.list(path, deploymentVersion)).map(presentOperation);
    },
  };
}

export function showOperation(scope: DeploymentScope): Command {
  return {
    words: `deployment operation ${scope.word} show`,
    summary: `Show an operation of a deployment ${scope.phrase}.`,
    flags: {
      ...deploymentNoun(scope).names,
      operation: required('--operation-ids', 'The id of an operation.'),
    },
    reads: true,
    async run(call) {
      const path = `${pathOf(deploymentNoun(scope), call)}/operations/${encodeURIComponent(String(call.flags['operation']))}`;
      return [presentOperation(await call.session.arm.get(path, deploymentVersion))];
    },
  };
}
