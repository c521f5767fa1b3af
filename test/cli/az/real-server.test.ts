import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { writeSignedInProfile } from '../../../src/cli/az/index.ts';
import { homeFiles } from '../../../src/cli/program/home.ts';
import { type Estate, startEstate } from '../../../src/server/index.ts';
import { temporaryFolder } from '../../support/belongings.ts';
import { type AzOptions, type AzResult, runCaptured } from './estate.ts';

describe('az against the server', () => {
  let home: string;
  let estate: Estate;
  let userName: string;
  let password: string;
  let ca: string;

  before(async () => {
    home = temporaryFolder('az-server');
    const files = homeFiles(home);
    estate = await startEstate({ home, files, port: 0, launcher: 'drydock', version: '0' });
    const { tokens, ...account } = await estate.signIn();
    userName = account.userName;
    password = readFileSync(files.administratorPassword, 'utf8').trim();
    ca = readFileSync(files.authority, 'utf8');
    writeSignedInProfile({
      dir: join(home, 'azure'),
      endpoints: { ...estate.running, audience: account.audience },
      caFile: files.authority,
      account,
      tokens: { refreshToken: tokens.refresh_token ?? '' },
    });
  });
  after(async () => {
    await estate.close();
    rmSync(home, { recursive: true, force: true });
  });

  const run = (folder: string, options: AzOptions, words: string[]): Promise<AzResult> =>
    runCaptured(words, { folder, pauses: [], options: { longestPauseMs: 20, ...options } });
  const az = (...words: string[]) => run(home, {}, words);
  const succeed = async (...words: string[]): Promise<string> => {
    const { code, stdout, stderr } = await az(...words);
    assert.equal(code, 0, `${words.join(' ')}\n${stderr}`);
    return stdout;
  };

  /** A profile folder that knows the estate and nobody in it. */
  function signedOut(name: string): string {
    const folder = join(home, name);
    mkdirSync(join(folder, 'azure'), { recursive: true });
    writeFileSync(join(folder, 'azure', 'drydock.json'), readFileSync(join(home, 'azure', 'drydock.json')));
    return folder;
  }

  test('a custom role is created, found, changed and deleted; an assignment gets a description', async () => {
    const scope = `/subscriptions/${JSON.parse(await succeed('account', 'show')).id}`;
    const role = {
      Name: 'Fleet looker',
      Actions: ['Microsoft.ContainerService/fleets/read'],
      AssignableScopes: [scope],
    };
    const made = JSON.parse(
      await succeed('role', 'definition', 'create', '--role-definition', JSON.stringify(role)),
    );
    assert.equal(made.roleType, 'CustomRole');
    assert.deepEqual(made.permissions[0].actions, role.Actions);
    const again = await az('role', 'definition', 'create', '--role-definition', JSON.stringify(role));
    assert.equal(again.code, 1);
    assert.match(again.stderr, /RoleDefinitionWithSameNameExists/);

    const file = join(home, 'role.json');
    writeFileSync(
      file,
      JSON.stringify({
        name: 'Fleet looker',
        description: 'looks',
        actions: ['*/read'],
        assignableScopes: [scope],
      }),
    );
    const changed = JSON.parse(await succeed('role', 'definition', 'update', '--role-definition', file));
    assert.deepEqual(
      [changed.name, changed.description, changed.permissions[0].actions],
      [made.name, 'looks', ['*/read']],
    );
    const custom = await succeed(
      'role',
      'definition',
      'list',
      '--custom-role-only',
      'true',
      '--query',
      '[].roleName',
    );
    assert.deepEqual(JSON.parse(custom), ['Fleet looker']);

    const me = JSON.parse(await succeed('ad', 'signed-in-user', 'show')).id;
    const given = JSON.parse(
      await succeed(
        'role',
        'assignment',
        'create',
        '--role',
        'Fleet looker',
        '--assignee',
        me,
        '--scope',
        scope,
      ),
    );
    given.description = 'why';
    const described = await succeed(
      'role',
      'assignment',
      'update',
      '--role-assignment',
      JSON.stringify(given),
    );
    assert.equal(JSON.parse(described).description, 'why');
    const used = await az('role', 'definition', 'delete', '-n', 'Fleet looker');
    assert.match(used.stderr, /RoleDefinitionHasAssignments/);
    await succeed('role', 'assignment', 'delete', '--ids', given.id);
    await succeed('role', 'definition', 'delete', '-n', 'Fleet looker');
    assert.equal(await succeed('role', 'definition', 'list', '-n', 'Fleet looker'), '[]\n');

    for (const [text, reason] of [
      ['[]', /A valid dictionary JSON representation is expected/],
      ['{', /Failed to parse string as JSON/],
      ['{}', /please provide role name/],
      ['{"Name":"x"}', /please provide 'assignableScopes'/],
    ] as const) {
      const refused = await az('role', 'definition', 'create', '--role-definition', text);
      assert.equal(refused.code, 1);
      assert.match(refused.stderr, reason);
    }
  });

  /** Sends a form, as a browser would, and resolves with the page. */
  function submit(url: string, form?: Record<string, string>): Promise<string> {
    const body = form ? new URLSearchParams(form).toString() : undefined;
    return new Promise((resolve, reject) => {
      const outgoing = request(
        url,
        {
          ca,
          agent: false,
          method: body === undefined ? 'GET' : 'POST',
          headers: body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' },
        },
        (incoming) => {
          let page = '';
          incoming.setEncoding('utf8');
          incoming.on('data', (text: string) => {
            page += text;
          });
          incoming.on('end', () => resolve(page));
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }

  function hiddenFields(page: string): Record<string, string> {
    const found = page.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g);
    const plain = (text: string) =>
      text.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&');
    return Object.fromEntries([...found].map(([, name = '', value = '']) => [name, plain(value)]));
  }

  test('a group, a network and its subnets are made, shown, changed and deleted', async () => {
    await succeed('group', 'create', '-n', 'g1', '-l', 'East US', '--tags', 'a=b');
    const made = JSON.parse(
      await succeed(
        'network',
        'vnet',
        'create',
        '-g',
        'g1',
        '-n',
        'net',
        '--subnet-name',
        's',
        '--address-prefixes',
        '10.1.0.0/16',
      ),
    );
    assert.equal(made.newVNet.subnets[0].addressPrefix, '10.1.0.0/24');
    assert.equal(made.newVNet.resourceGroup, 'g1');
    const subnet = ['-g', 'g1', '--vnet-name', 'net'];
    await succeed(
      'network',
      'vnet',
      'subnet',
      'create',
      ...subnet,
      '-n',
      't',
      '--address-prefixes',
      '10.1.2.0/24',
      '--delegations',
      'Microsoft.ContainerService/managedClusters',
    );
    const names = await succeed(
      'network',
      'vnet',
      'subnet',
      'list',
      ...subnet,
      '--query',
      '[].name',
      '-o',
      'tsv',
    );
    assert.equal(names, 's\nt\n');
    await succeed(
      'network',
      'vnet',
      'update',
      '-g',
      'g1',
      '-n',
      'net',
      '--set',
      'tags.x=y',
      '--add',
      'addressSpace.addressPrefixes',
      '10.2.0.0/16',
    );
    const shown = JSON.parse(await succeed('network', 'vnet', 'show', '-g', 'g1', '-n', 'net'));
    assert.deepEqual(
      [shown.tags, shown.addressSpace.addressPrefixes],
      [{ x: 'y' }, ['10.1.0.0/16', '10.2.0.0/16']],
    );
    assert.match(await succeed('resource', 'list', '-g', 'g1', '-o', 'table'), /^Name {4}ResourceGroup/);
    assert.equal(JSON.parse(await succeed('resource', 'show', '--ids', shown.id)).name, 'net');
    await succeed('network', 'vnet', 'delete', '-g', 'g1', '-n', 'net');
    assert.equal((await az('network', 'vnet', 'show', '-g', 'g1', '-n', 'net')).code, 3);
    await succeed('group', 'delete', '-n', 'g1', '-y');
    assert.equal(await succeed('group', 'exists', '-n', 'g1'), 'false\n');
  });

  test('--no-wait returns at once and wait sees the end', async () => {
    await succeed('group', 'create', '-n', 'g2', '-l', 'eastus');
    assert.equal(await succeed('network', 'vnet', 'create', '-g', 'g2', '-n', 'net', '--no-wait'), '');
    assert.equal(await succeed('network', 'vnet', 'wait', '-g', 'g2', '-n', 'net', '--created'), '');
    const custom = "properties.provisioningState=='Succeeded'";
    assert.equal(await succeed('network', 'vnet', 'wait', '-g', 'g2', '-n', 'net', '--custom', custom), '');
  });

  test('a role is given once, found, and taken away', async () => {
    await succeed('group', 'create', '-n', 'g3', '-l', 'eastus');
    const scope = JSON.parse(await succeed('group', 'show', '-n', 'g3')).id;
    const grant = ['--role', 'Reader', '--assignee', userName, '--scope', scope];
    const made = JSON.parse(await succeed('role', 'assignment', 'create', ...grant));
    assert.deepEqual(
      Object.keys(made).filter((key) => ['canDelegate', 'principalType', 'scope'].includes(key)),
      ['canDelegate', 'principalType', 'scope'],
    );
    const again = JSON.parse(await succeed('role', 'assignment', 'create', ...grant));
    assert.deepEqual([again.id, again.roleDefinitionName], [made.id, 'Reader']);
    const listed = await succeed('role', 'assignment', 'list', '--scope', scope, '-o', 'table');
    assert.match(
      listed,
      new RegExp(`^Principal +Role +Scope\\n-+ +-+ +-+\\n${userName} +Reader +${scope}\\n$`),
    );
    await succeed('role', 'assignment', 'delete', ...grant);
    assert.equal(
      (await az('role', 'assignment', 'delete', ...grant)).stderr,
      'ERROR: No matched assignments were found to delete\n',
    );
  });

  test('a group has members, nested ones too', async () => {
    const outer = JSON.parse(
      await succeed('ad', 'group', 'create', '--display-name', 'outer', '--mail-nickname', 'outer'),
    );
    const inner = JSON.parse(
      await succeed('ad', 'group', 'create', '--display-name', 'inner', '--mail-nickname', 'inner'),
    );
    const me = (await succeed('ad', 'signed-in-user', 'show', '--query', 'id', '-o', 'tsv')).trim();
    assert.equal(await succeed('ad', 'group', 'member', 'add', '-g', 'outer', '--member-id', inner.id), '');
    await succeed('ad', 'group', 'member', 'add', '-g', inner.id, '--member-id', me);
    const held = JSON.parse(
      await succeed('ad', 'group', 'member', 'check', '-g', outer.id, '--member-id', me),
    );
    assert.deepEqual(held, { value: true });
    assert.match(
      (await az('ad', 'group', 'show', '-g', 'none')).stderr,
      /^ERROR: No group matches the name of 'none'\n$/,
    );
  });

  test('sign-in with user name and password, and a wrong one', async () => {
    const folder = signedOut('password');
    const wrong = await run(folder, {}, ['login', '-u', userName, '-p', 'no']);
    assert.equal(wrong.code, 1);
    assert.match(wrong.stderr, /ERROR: AADSTS50126: /);
    const right = await run(folder, {}, ['login', '-u', userName, '-p', password]);
    assert.equal(right.code, 0, right.stderr);
    const [subscription] = JSON.parse(right.stdout);
    assert.deepEqual([subscription.user, subscription.isDefault], [{ name: userName, type: 'user' }, true]);
    assert.equal((await run(folder, {}, ['group', 'list'])).code, 0);
    assert.equal((await run(folder, {}, ['logout'])).code, 0);
    const gone = await run(folder, {}, ['group', 'list']);
    assert.deepEqual([gone.code, gone.stderr], [1, "ERROR: Please run 'az login' to setup account.\n"]);
  });

  test('sign-in with a device code', async () => {
    const folder = signedOut('device');
    const typed: Promise<unknown>[] = [];
    const onStderr = (text: string) => {
      const [, page, code] = /open the page (\S+) and enter the code (\S+) to/.exec(text) ?? [];
      if (page === undefined || code === undefined) return;
      typed.push(
        submit(page)
          .then((first) => submit(page, { ...hiddenFields(first), user_code: code, action: 'code' }))
          .then((asked) =>
            submit(page, { ...hiddenFields(asked), action: 'password', username: userName, password }),
          ),
      );
    };
    const { code, stdout, stderr } = await run(folder, { onStderr }, ['login', '--use-device-code']);
    await Promise.all(typed);
    assert.equal(code, 0, stderr);
    assert.equal(JSON.parse(stdout)[0].user.name, userName);
  });

  test('sign-in with a browser', async () => {
    const folder = signedOut('browser');
    const openBrowser = async (url: string) => {
      const page = await submit(url);
      const endpoint = url.split('?')[0] ?? '';
      const done = await submit(endpoint, {
        ...hiddenFields(page),
        action: 'password',
        username: userName,
        password,
      });
      const target = /action="([^"]+)"/.exec(done)?.[1] ?? '';
      // The page posts itself; nothing waits for its answer here.
      void fetch(target, { method: 'POST', body: new URLSearchParams(hiddenFields(done)) });
      return true;
    };
    const { code, stdout, stderr } = await run(folder, { openBrowser }, ['login']);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^WARNING: A web browser has been opened at https:\/\/\S+\/authorize\. /);
    assert.equal(JSON.parse(stdout)[0].user.name, userName);
  });

  test('a service principal is made, signs in and acts', async () => {
    const subscription = (await succeed('account', 'show', '--query', 'id', '-o', 'tsv')).trim();
    const made = JSON.parse(
      await succeed(
        'ad',
        'sp',
        'create-for-rbac',
        '-n',
        'robot',
        '--role',
        'Reader',
        '--scopes',
        `/subscriptions/${subscription}`,
      ),
    );
    const folder = signedOut('robot');
    const words = [
      'login',
      '--service-principal',
      '-u',
      made.appId,
      '-p',
      made.password,
      '--tenant',
      made.tenant,
    ];
    const signedIn = await run(folder, {}, words);
    assert.equal(signedIn.code, 0, signedIn.stderr);
    assert.deepEqual(JSON.parse(signedIn.stdout)[0].user, { name: made.appId, type: 'servicePrincipal' });
    assert.equal((await run(folder, {}, ['group', 'list'])).code, 0);
    const refused = await run(folder, {}, ['group', 'create', '-n', 'no', '-l', 'eastus']);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /^ERROR: \(AuthorizationFailed\) /);
  });

  test('a provider is shown with its types and their versions', async () => {
    const shown = JSON.parse(await succeed('provider', 'show', '-n', 'Microsoft.ContainerService'));
    assert.deepEqual(
      [shown.namespace, shown.registrationState],
      ['Microsoft.ContainerService', 'Registered'],
    );
    const fleets = shown.resourceTypes.find((one: { resourceType: string }) => one.resourceType === 'fleets');
    assert.ok(fleets.apiVersions.includes('2025-03-01'), JSON.stringify(fleets));
    assert.ok(fleets.locations.length > 0);
    assert.equal(fleets.aliases, null);
  });

  test('install-cli takes the flags of az and finds the kubectl that is there', async () => {
    const flags = ['--client-version', '1.34.0', '--install-location', '/x', '--kubelogin-version', '0.2'];
    const installed = await run(home, { env: { PATH: process.env['PATH'] ?? '' } }, [
      'aks',
      'install-cli',
      ...flags,
    ]);
    assert.equal(installed.code, 0, installed.stderr);
    assert.match(installed.stderr, /kubectl is already installed: \S+kubectl\./);
    const none = await run(home, { env: { PATH: home } }, ['aks', 'install-cli']);
    assert.equal(none.code, 1);
    assert.match(none.stderr, /kubectl is not on PATH/);
  });

  test('rest picks the token by the origin of the URL', async () => {
    const me = JSON.parse(await succeed('rest', '--url', `${estate.running.graph}/v1.0/me`));
    assert.equal(me.userPrincipalName, userName);
    const group = JSON.parse(
      await succeed(
        'rest',
        '-m',
        'put',
        '--url',
        '/subscriptions/{subscriptionId}/resourceGroups/g4?api-version=2024-11-01',
        '--body',
        '{"location":"eastus"}',
      ),
    );
    assert.equal(group.name, 'g4');
  });
});
