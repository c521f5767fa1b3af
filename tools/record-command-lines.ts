/**
 * Runs the command lines of test/cli/az/lines and writes what each of them sends, prints and returns beside them.
 *
 *     node tools/record-command-lines.ts
 *
 * What it writes is what `az` does now, not what it should do: read every difference before it is kept.
 */
import { writeFileSync } from 'node:fs';
import { startScriptedEstate } from '../test/cli/az/estate.ts';
import { agreeable } from '../test/cli/az/lines/estate.ts';
import { lines } from '../test/cli/az/lines/lines.ts';
import { type Told, tell } from '../test/cli/az/lines/play.ts';

const estate = await startScriptedEstate(agreeable);
const told: Told[] = [];
for (const line of lines) told.push(await tell(estate, line));
writeFileSync(
  new URL('../test/cli/az/lines/told.json', import.meta.url),
  `${JSON.stringify(told, undefined, 1)}\n`,
);
await estate.close();
process.stdout.write(`${told.length} command lines\n`);
