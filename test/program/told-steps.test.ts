import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageFolder } from '../../src/cli/program/package.ts';
import { runProgram } from '../walkthrough/estate.ts';

/** Takes steps in a process of its own, as quickstart does, on a terminal of so many columns. */
async function told(columns: number | undefined, steps: string): Promise<string> {
  const at = (name: string) => JSON.stringify(join(packageFolder, 'src/cli/program', name));
  const { code, stdout, stderr } = await runProgram(process.execPath, [
    '--input-type=module',
    '-e',
    `const { ToldSteps } = await import(${at('told-steps.ts')});
     const { UsageError } = await import(${at('declaration.ts')});
     process.stdout.columns = ${columns};
     const steps = new ToldSteps('/some/home');
     const report = (thrown) => console.log(thrown.constructor.name, thrown.exitCode, thrown.message);
     ${steps}`,
  ]);
  assert.equal(code, 0, stderr);
  return stdout;
}

test('a step prints how it went, its title as wide as the terminal allows, and its time', async () => {
  const steps = `console.log(await steps.take('short', async () => 'made'));
    await steps.take('x'.repeat(80), async () => undefined);
    await steps.take('y'.repeat(81), async () => undefined);`;
  const seconds = String.raw` \d+\.\d\d s`;
  const lines = (width: number) =>
    new RegExp(
      [
        `^ok     short {${width - 5}}${seconds}`,
        'made',
        `ok     ${width < 80 ? `x{${width - 3}}\\.\\.\\.` : `x{80} {${width - 80}}`}${seconds}`,
        `ok     ${width < 81 ? `y{${width - 3}}\\.\\.\\.` : `y{81} {${width - 81}}`}${seconds}`,
        '$',
      ].join('\n'),
    );
  assert.match(await told(undefined, steps), lines(80));
  assert.match(await told(101, steps), lines(81));
  assert.match(await told(20, steps), lines(60));
});

test('a step that fails says so, and a refusal names the log', async () => {
  const printed = await told(
    100,
    `await steps.take('refused', async () => { throw new UsageError('No.', 7); }).catch(report);
     await steps.take('broken', async () => { throw new TypeError('oh'); }).catch(report);`,
  );
  assert.match(
    printed,
    /^failed refused +0\.\d\d s\nUsageError 7 No\. The server log: drydock logs --home \/some\/home\nfailed broken +0\.\d\d s\nTypeError undefined oh\n$/,
  );
});
