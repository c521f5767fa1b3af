import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filesOf, firstProgram, processIn, rehearse } from '../../src/machines/index.ts';

/** Follows a script as a container's program. */
function follow(script: string, ...flags: string[]) {
  const surroundings = { env: new Map<string, string>(), given: new Map(), readOnly: [], folders: [] };
  const pod = { metadata: { name: 'p' }, spec: { containers: [] }, status: {} };
  const at = { pod, container: { kind: 'main', name: 'c', spec: {}, status: {} } as const, surroundings };
  let said = '';
  const { ended } = rehearse(
    (now) => firstProgram(['sh', ...flags, '-c', script], processIn(at, now, filesOf(surroundings))),
    {
      ...{ startedMs: 0, untilMs: 86_400_000, fetch: () => ({ failure: 'refused' }) as const },
      onWrite: (_at, bytes) => (said += Buffer.from(bytes).toString('utf8')),
    },
  );
  return { code: ended?.exitCode, said };
}

test('a loop that reads takes line after line', () => {
  const { code, said } = follow('printf "a\\nb\\n" | while read x; do echo got $x; done');
  assert.deepEqual([code, said], [0, 'got a\ngot b\n']);
});

test('break and continue outside of a loop do nothing', () => {
  assert.deepEqual(follow('break; ( continue ); echo x | break; echo on'), { code: 0, said: 'on\n' });
  const inLoop = follow('for i in 1 2 3; do [ $i = 2 ] && break; echo $i; done');
  assert.deepEqual(inLoop, { code: 0, said: '1\n' });
});

test('a script that is to end at a failure ends there, unless the failure is asked about', () => {
  assert.deepEqual(follow('set -e; false; echo no'), { code: 1, said: '' });
  assert.deepEqual(follow('x=$(false); echo no', '-e'), { code: 1, said: '' });
  const asked = follow('set -e; false || true; if false; then :; fi; ! true; false && true; echo yes');
  assert.deepEqual(asked, { code: 0, said: 'yes\n' });
  assert.deepEqual(follow('set -e; set +e; false; echo yes'), { code: 0, said: 'yes\n' });
});

test('a script that doubles a variable again and again is told that there is no room', () => {
  const doubled = follow(`a=xxxxxxxxxxxxxxxx; ${'a=$a$a; '.repeat(60)} echo no`);
  assert.deepEqual(doubled, { code: 2, said: 'sh: out of memory\n' });
});

test('words nested deeper than a shell reads are refused', () => {
  for (const [open, close] of [
    ['${a:-', '}'],
    ['$(( ', ' ))'],
    ['$(echo ', ')'],
  ] as const) {
    const { code, said } = follow(`echo ${open.repeat(5_000)}1${close.repeat(5_000)}`);
    assert.deepEqual([code, /nested too deep/.test(said)], [2, true], open);
  }
});

test('a script that starts itself twice without saying anything is taken for one that goes on', () => {
  const again = 'sh -c "$x" 2>/dev/null';
  assert.equal(follow(`x='${again}; ${again}'; sh -c "$x"`).code, undefined);
});
