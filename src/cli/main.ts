// The launcher sets it for this process alone: programs that we start keep no compiled code here.
delete process.env['NODE_COMPILE_CACHE'];

const [word, ...rest] = process.argv.slice(2);
const exitCode =
  word === 'az' ? await runAz(rest) : await (await import('./program/run.ts')).runProgram(word, rest);
// Open keep-alive sockets must not hold the process back once the command is done.
process.exitCode = exitCode;
if (process.stdout.writableLength === 0 && process.stderr.writableLength === 0) process.exit();
process.stdout.end(() => process.exit());

async function runAz(words: string[]): Promise<number> {
  const { azContext } = await import('./program/az-context.ts');
  const { runAz: run } = await import('./az/index.ts');
  return run(words, azContext());
}

export {};
