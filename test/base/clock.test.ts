import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../src/base/index.ts';

test('what is asked for in more days than a timer counts does not come at once, and can be taken back', async () => {
  const hundredDaysMs = 100 * 86_400_000;
  let ran = 0;
  const far = systemClock.after(hundredDaysMs, () => ran++);
  const leaving = new AbortController();
  const slept = systemClock.sleep(hundredDaysMs, leaving.signal).then(() => ran++);
  // A timer that does not know the delay runs out after a millisecond, before this one.
  await systemClock.sleep(5);
  assert.equal(ran, 0);
  far.cancel();
  leaving.abort();
  await slept;
  assert.equal(ran, 1);
});
