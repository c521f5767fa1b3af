import { programVersion } from './package.ts';

export async function run(): Promise<number> {
  process.stdout.write(`${programVersion()}\n`);
  return 0;
}
