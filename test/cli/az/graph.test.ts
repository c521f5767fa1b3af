import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { writeSignedInProfile } from '../../../src/cli/az/index.ts';
import { homeFiles } from '../../../src/cli/program/home.ts';
import { type Estate, startEstate } from '../../../src/server/index.ts';
import { temporaryFolder } from '../../support/belongings.ts';
import { runCaptured } from './estate.ts';

describe('az over what there is', () => {
  let home: string;
  let estate: Estate;

  before(async () => {
    home = temporaryFolder('az-graph');
    const files = homeFiles(home);
    estate = await startEstate({ home, files, port: 0, launcher: 'drydock', version: '0' });
    const { tokens, ...account } = await estate.signIn();
    assert.ok(readFileSync(files.authority, 'utf8'));
    writeSignedInProfile({
      dir: join(home, 'azure'),
      endpoints: { ...estate.running, audience: account.audience },
      caFile: files.authority,
      account,
      tokens: { refreshToken: tokens.refresh_token ?? '' },
    });
    await succeed('group', 'create', '-n', 'g', '-l', 'eastus');
    await succeed('fleet', 'create', '-g', 'g', '-n', 'one', '-l', 'eastus');
    await succeed('fleet', 'create', '-g', 'g', '-n', 'two', '-l', 'westeurope', '--tags', 'team=blue');
  });
  after(async () => {
    await estate.close();
    rmSync(home, { recursive: true, force: true });
  });

  const az = (...words: string[]) =>
    runCaptured(words, { folder: home, pauses: [], options: { longestPauseMs: 20 } });
  const succeed = async (...words: string[]) => {
    const { code, stdout, stderr } = await az(...words);
    assert.equal(code, 0, `${words.join(' ')}\n${stderr}`);
    return stdout;
  };
  const query = async (text: string, ...words: string[]) =>
    JSON.parse(await succeed('graph', 'query', '-q', text, ...words));

  test('az graph query prints rows, how many there are, and the token of the next page', async () => {
    const fleets = "resources | where type =~ 'microsoft.containerservice/fleets'";
    assert.deepEqual(await query(`${fleets} | project name, location | order by name asc`), {
      count: 2,
      data: [
        { location: 'eastus', name: 'one' },
        { location: 'westeurope', name: 'two' },
      ],
      skip_token: null,
      total_records: 2,
    });
    const first = await query(`${fleets} | project name`, '--first', '1');
    assert.deepEqual([first.count, first.total_records], [1, 2]);
    const second = await query(`${fleets} | project name`, '--first', '1', '--skip-token', first.skip_token);
    assert.deepEqual([second.data, second.skip_token], [[{ name: 'two' }], null]);
    const skipped = await query(`${fleets} | project name`, '--skip', '1', '-a', 'true');
    assert.deepEqual(skipped.data, [{ name: 'two' }]);
    const blue = await query("where tags.team == 'blue' | project name");
    assert.deepEqual(blue.data, [{ name: 'two' }]);
    const rows = await succeed(
      'graph',
      'query',
      '-q',
      `${fleets} | summarize count()`,
      '--query',
      'data[0].count_',
    );
    assert.equal(rows, '2\n');
  });

  test('az graph query says of a query that cannot be read what is wrong with it, and where', async () => {
    const { code, stderr } = await az('graph', 'query', '-q', 'resources | where name = 1');
    assert.equal(code, 1);
    const error = JSON.parse(stderr.replace(/^ERROR: /, ''));
    assert.equal(error.code, 'BadRequest');
    assert.deepEqual(error.details[1], {
      characterPositionInLine: 23,
      code: 'ParserFailure',
      line: 1,
      message: 'ParserFailure',
      token: '=',
    });
    const nowhere = await az('graph', 'query', '-q', 'summarize count()', '-m', 'nowhere');
    assert.equal(nowhere.code, 1);
    const range = await az('graph', 'query', '-q', 'summarize count()', '--first', '1001');
    assert.match(range.stderr, /from 1 to 1000/);
  });

  test('az monitor activity-log list prints what was done, narrowed as az narrows it', async () => {
    const list = async (...words: string[]) =>
      JSON.parse(await succeed('monitor', 'activity-log', 'list', ...words));
    const fleets = await list('-g', 'g', '--namespace', 'ignored', '--status', 'Accepted');
    assert.deepEqual(
      fleets.map(({ operationName, caller }: Record<string, { value: string }>) => [
        operationName?.value,
        caller,
      ]),
      Array(2).fill(['Microsoft.ContainerService/fleets/write', fleets[0].caller]),
    );
    assert.equal((await list('--max-events', '1', '--offset', '1h')).length, 1);
    assert.deepEqual(await list('--start-time', '2020-01-01', '--offset', '1d'), []);
    assert.deepEqual(Object.keys((await list('--select', 'caller', 'status'))[0]).sort(), [
      'caller',
      'status',
    ]);
    const wrong = await az('monitor', 'activity-log', 'list', '--offset', 'soon');
    assert.equal(wrong.code, 1);
    assert.match(wrong.stderr, /not in ##d##h format/);
  });

  test('az provider operation and az tag know operations of providers and values of tag names', async () => {
    const shown = JSON.parse(
      await succeed('provider', 'operation', 'show', '-n', 'microsoft.containerservice'),
    );
    assert.equal(
      shown.id,
      '/providers/Microsoft.Authorization/providerOperations/Microsoft.ContainerService',
    );
    const fleets = shown.resourceTypes.find(({ name }: { name: string }) => name === 'fleets');
    assert.ok(
      fleets.operations.some(
        ({ name }: { name: string }) => name === 'Microsoft.ContainerService/fleets/write',
      ),
    );
    const all = await succeed('provider', 'operation', 'list', '--query', '[].name');
    assert.ok(JSON.parse(all).includes('Microsoft.Network'));
    assert.equal((await az('provider', 'operation', 'show', '-n', 'Nothing.There')).code, 3);

    await succeed('tag', 'create', '-n', 'stage');
    for (const _time of ['first', 'again']) {
      const value = JSON.parse(await succeed('tag', 'add-value', '-n', 'stage', '--value', 'a b'));
      assert.equal(value.tagValue, 'a b');
    }
    const values = "[?tagName=='stage'].values[].tagValue";
    assert.deepEqual(JSON.parse(await succeed('tag', 'list', '--query', values)), ['a b']);
    await succeed('tag', 'remove-value', '-n', 'stage', '--value', 'a b');
    assert.deepEqual(JSON.parse(await succeed('tag', 'list', '--query', values)), []);
  });
});
