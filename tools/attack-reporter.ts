import { relative } from 'node:path';
import type { TestEvent } from 'node:test/reporters';
import { inspect } from 'node:util';

/** A dot for each test that passes; what fails is named at once, so that a run that is cut off has said it. */
// biome-ignore lint/style/noDefaultExport: node:test takes a reporter as the default export of its module.
export default async function* named(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const { type, data } of events) {
    if (type === 'test:pass') yield '.';
    if (type !== 'test:fail') continue;
    const { error } = data.details;
    if ('failureType' in error && error.failureType === 'subtestsFailed') continue;
    const place = data.file === undefined ? '' : ` (${relative(process.cwd(), data.file)})`;
    yield `\nfailed: ${data.name}${place}\n${inspect(error.cause ?? error)}\n`;
  }
  yield '\n';
}
