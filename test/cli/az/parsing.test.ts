import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { groupSummaries } from '../../../src/cli/az/commands/groups.ts';
import { commandIndex } from '../../../src/cli/az/commands/index.ts';
import { completeAz } from '../../../src/cli/az/index.ts';
import { readShorthand } from '../../../src/cli/az/parse/shorthand.ts';
import { surfaceOf } from '../../../src/cli/az/surface.ts';
import { indexText } from '../../../tools/write-command-index.ts';
import { type ScriptedEstate, startScriptedEstate, subscriptionId } from './estate.ts';

const hints = '\nhttps://aka.ms/cli_ref\nRead more about the command in reference docs\n';

describe('az command lines', () => {
  let estate: ScriptedEstate;
  before(async () => {
    estate = await startScriptedEstate();
  });
  after(() => estate.close());
  beforeEach(() => {
    estate.requests.length = 0;
    estate.answer(() => ({ body: { name: 'x' } }));
  });

  const refusals: readonly [string, string[], string][] = [
    [
      'an unknown command suggests the nearest',
      ['network', 'vnet', 'lst'],
      "ERROR: 'lst' is misspelled or not recognized by the system.\nDid you mean 'list' ?\n",
    ],
    [
      'an unknown group suggests the nearest',
      ['flet', 'show'],
      "ERROR: 'flet' is misspelled or not recognized by the system.\nDid you mean 'fleet' ?\n",
    ],
    [
      'a group alone wants a command',
      ['group'],
      'ERROR: the following arguments are required: _subcommand\n',
    ],
    [
      'missing options are listed with all their names',
      ['aks', 'show', '-n', 'x'],
      'ERROR: the following arguments are required: --resource-group/-g\n',
    ],
    [
      'an option without its word says so',
      ['aks', 'show', '-g'],
      'ERROR: argument --resource-group/-g: expected one argument\n',
    ],
    [
      'an unknown option is named with its words',
      ['group', 'list', '--foo', 'v'],
      'ERROR: unrecognized arguments: --foo v\n',
    ],
    [
      'an unknown option suggests the nearest',
      ['aks', 'show', '-g', 'a', '-n', 'b', '--naem', 'c'],
      "ERROR: unrecognized arguments: --naem c\nDid you mean '--name' ?\n",
    ],
    [
      'a bad choice lists the allowed ones',
      ['aks', 'create', '-g', 'a', '-n', 'b', '--load-balancer-sku', 'foo'],
      "ERROR: az aks create: 'foo' is not a valid value for '--load-balancer-sku'. Allowed values: basic, standard.\n",
    ],
    [
      'a bad number names the option',
      ['aks', 'create', '-g', 'x', '-n', 'y', '--node-count', 'foo'],
      "ERROR: argument --node-count/-c: invalid int value: 'foo'\n",
    ],
    [
      'an ambiguous prefix lists what it could be',
      ['aks', 'create', '--node', '1'],
      'ERROR: ambiguous option: --node could match --node-count, --node-vm-size, --nodepool-name, --nodepool-labels, --nodepool-taints, --node-resource-group\n',
    ],
  ];
  for (const [name, words, beginning] of refusals) {
    test(`${name}, exit code 2`, async () => {
      const { code, stderr, stdout } = await estate.az(...words);
      assert.equal(code, 2);
      assert.equal(stdout, '');
      assert.ok(stderr.startsWith(beginning), stderr);
      assert.ok(stderr.endsWith(hints), stderr);
      assert.equal(estate.requests.length, 0);
    });
  }

  test('a bad query is refused before anything is sent', async () => {
    const { code, stderr } = await estate.az('group', 'list', '--query', 'foo[');
    assert.equal(code, 2);
    assert.equal(
      stderr,
      "ERROR: argument --query: invalid jmespath_type value: 'foo['\nTo learn more about --query, please visit: 'https://learn.microsoft.com/cli/azure/query-azure-cli'\n",
    );
    assert.equal(estate.requests.length, 0);
  });

  test('an unknown function in a query fails with exit code 1', async () => {
    const { code, stderr } = await estate.az('group', 'show', '-n', 'x', '--query', 'foo()');
    assert.equal(code, 1);
    assert.equal(stderr, 'ERROR: Invalid jmespath query supplied for `--query`: Unknown function: foo()\n');
  });

  test('unique prefixes, = and attached words are understood', async () => {
    const { code } = await estate.az('group', 'show', '--nam=x', '--quer', 'name', '-otsv');
    assert.equal(code, 0);
    assert.match(estate.requests[0]?.url ?? '', /resourcegroups\/x\?/);
  });

  test('@file stands for the text of the file, whole word or after =', async () => {
    writeFileSync(join(estate.folder, 'name.txt'), 'from-file\n');
    await estate.az('group', 'show', '-n', '@name.txt');
    await estate.az('group', 'show', '--name=@name.txt');
    for (const request of estate.requests) assert.match(request.url, /resourcegroups\/from-file\?/);
    assert.equal(estate.requests.length, 2);
  });

  test('a missing name where ids are possible is exit code 1 in the words of either family', async () => {
    const generated = await estate.az('network', 'vnet', 'show', '-n', 'x');
    assert.deepEqual(
      [generated.code, generated.stderr],
      [1, 'ERROR: InvalidArgumentValue: Missing required field: --resource-group\n'],
    );
    const model = await estate.az('sshkey', 'show', '-n', 'x');
    assert.deepEqual([model.code, model.stderr], [1, 'ERROR: (--resource-group | --ids) are required\n']);
    const bad = await estate.az('network', 'vnet', 'show', '--ids', 'foo');
    assert.deepEqual([bad.code, bad.stderr], [1, 'ERROR: invalid resource ID: foo\n']);
  });

  test('several ids give a list, one id an object; names beside them are ignored with a warning', async () => {
    const id = (name: string) =>
      `/subscriptions/${subscriptionId}/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/${name}`;
    estate.answer((request) => ({ body: { id: request.url.split('?')[0], name: 'n' } }));
    const two = await estate.az('network', 'vnet', 'show', '--ids', id('a'), id('b'));
    assert.deepEqual(
      JSON.parse(two.stdout)
        .map((one: { id: string }) => one.id)
        .sort(),
      [id('a'), id('b')],
    );
    const one = await estate.az('network', 'vnet', 'show', '--ids', id('a'), '-g', 'zzz');
    assert.equal(JSON.parse(one.stdout).resourceGroup, 'g');
    assert.equal(one.stderr, "WARNING: option '--resource-group' will be ignored due to use of '--ids'.\n");
  });

  test('blank tags are refused by generated commands', async () => {
    const { code, stderr } = await estate.az('network', 'vnet', 'create', '-g', 'x', '-n', 'y', '--tags', '');
    assert.deepEqual(
      [code, stderr],
      [1, "ERROR: Failed to parse '--tags' argument: argument value cannot be blank\n"],
    );
  });

  test('a command that az has and Drydock has not says so', async () => {
    const { code, stderr } = await estate.az('network', 'lb', 'create', '-g', 'x');
    assert.deepEqual([code, stderr], [1, "ERROR: 'az network lb' is not built in Drydock yet.\n"]);
  });

  test('--only-show-errors swallows warnings and excludes --debug', async () => {
    const quiet = await estate.az('config', 'set', 'core.x=1', '--only-show-errors');
    assert.equal(quiet.stderr, '');
    const both = await estate.az('group', 'list', '--only-show-errors', '--debug');
    assert.deepEqual(
      [both.code, both.stderr],
      [1, "--only-show-errors can't be used together with --debug or --verbose\n"],
    );
  });
});

describe('shorthand values', () => {
  const read = (...words: string[]) => readShorthand({ words, spelling: '--x', cwd: '/' });
  test('objects, lists, quotes and null', async () => {
    assert.deepEqual(await read("[{name:s1,address-prefix:10.0.1.0/24,d:[a,'b,c'],e:null}]"), [
      { name: 's1', 'address-prefix': '10.0.1.0/24', d: ['a', 'b,c'], e: null },
    ]);
    assert.equal(await read("'it'/s'"), "it's");
    assert.deepEqual(await read('a', 'b'), ['a', 'b']);
    assert.deepEqual(await read('{"a":[1,true]}'), { a: [1, true] });
    assert.deepEqual(await read('name=Standard', 'x.y=1'), { name: 'Standard', x: { y: '1' } });
    assert.deepEqual(await read('[0].name=a', '[1].name=b'), [{ name: 'a' }, { name: 'b' }]);
  });
  test('a syntax error points at the place', async () => {
    await assert.rejects(read('[{name:s1,address-prefix:10.0.1.0/24'), {
      message:
        "Failed to parse '--x' argument: Shorthand Syntax Error: Expect character ',' or '}':\n\t[{name:s1,address-prefix:10.0.1.0/24\n\t                                    ^",
    });
  });
});

describe('the declarations', () => {
  test('the index is the one that the command files give', async () => {
    const file = join(import.meta.dirname, '..', '..', '..', 'src', 'cli', 'az', 'commands', 'index.ts');
    const lines = (text: string) => text.split('\n').filter((line) => line.startsWith('  entry('));
    const normalized = (text: string) => lines(text).map((line) => line.replace(/\s+/g, ' '));
    assert.deepEqual(normalized(readFileSync(file, 'utf8')), normalized(await indexText()));
  });
  test('every group has a sentence', () => {
    const groups = new Set<string>();
    for (const { words } of commandIndex) {
      const parts = words.split(' ');
      for (let length = 1; length < parts.length; length++) groups.add(parts.slice(0, length).join(' '));
    }
    for (const group of groups) assert.ok(groupSummaries[group], `no sentence for '${group}'`);
  });
  test('no command gives one option name to two flags', async () => {
    for (const entry of commandIndex) {
      const command = await entry.load();
      assert.equal(command.words, entry.words);
      const names = Object.values(surfaceOf(command)).flatMap((flag) => flag.names);
      assert.deepEqual(names, [...new Set(names)], entry.words);
    }
  });
  test('completion offers words, options and choices', async () => {
    assert.deepEqual(await completeAz(['flee']), ['fleet']);
    assert.deepEqual(await completeAz(['fleet', 'member', 'cr']), ['create']);
    assert.ok((await completeAz(['aks', 'show', '--'])).includes('--resource-group'));
    assert.deepEqual(await completeAz(['aks', 'show', '-o', 'ta']), ['table']);
  });
});

describe('help', () => {
  test('a command shows arguments, required first, globals last, and examples', async () => {
    const estate = await startScriptedEstate();
    const { code, stdout } = await estate.az('group', 'create', '--help');
    await estate.close();
    assert.equal(code, 0);
    assert.match(stdout, /^\nCommand\n {4}az group create : Create a new resource group\.\n/);
    const places = ['\nArguments\n', '--location -l', '--managed-by', 'Global Arguments', '\nExamples\n'].map(
      (text) => stdout.indexOf(text),
    );
    assert.deepEqual(
      places,
      places.toSorted((a, b) => a - b),
    );
    assert.match(stdout, /--name --resource-group -g -n \[Required\] : /);
    assert.ok(stdout.split('\n').every((line) => line.length <= 110));
  });
});
