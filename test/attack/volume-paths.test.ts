import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../src/base/index.ts';
import { volumeWarnings } from '../../src/kinds/shared/volume-warnings.ts';
import { attackRandom, attackTries } from './seed.ts';
import { assertLinear } from './steps.ts';

const volume = (paths: readonly string[]): JsonObject => ({
  volumes: [{ name: 'v', configMap: { name: 'c', items: paths.map((path) => ({ key: 'k', path })) } }],
});

/** What a look at each pair says. */
function pairs(paths: readonly string[]): string[] {
  const trimmed = paths.map((path) => path.replace(/(?<!\/)\/+$/, ''));
  return trimmed.flatMap((path, at) =>
    trimmed
      .slice(0, at)
      .filter((other) => path !== '' && other !== '')
      .filter((other) => `${other}/`.startsWith(`${path}/`) || `${path}/`.startsWith(`${other}/`))
      .map((other) => `volume "v" (ConfigMap "c"): overlapping paths: "${path}" with "${other}"`),
  );
}

test('overlapping paths of a volume are found as a look at each pair finds them', () => {
  const random = attackRandom('volume paths');
  const names = ['a', 'b', 'ab', '', '..'];
  for (let i = 0; i < attackTries(200); i++) {
    const paths = Array.from({ length: 12 }, () =>
      Array.from({ length: random.integer(4) }, () => names[random.integer(names.length)]).join('/'),
    );
    assert.deepEqual(volumeWarnings(volume(paths), 'spec.volumes'), pairs(paths), paths.join(' '));
  }
});

test('the paths of a volume cost what they weigh, also when all overlap', async () => {
  for (const path of [
    (i: number) => `p${i}`,
    () => 'p',
    (i: number) => `a/b/c/p${i}`,
    (i: number) => 'a/'.repeat(i % 50),
  ]) {
    const input = (size: number) => volume(Array.from({ length: size }, (_, i) => path(i)));
    await assertLinear({ size: 200, input, run: (spec) => volumeWarnings(spec, 'spec.volumes') });
  }
});
