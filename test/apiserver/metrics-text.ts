import type { TestServer } from './harness.ts';

/** The lines of one family in what the server says of itself, without its help. */
export async function figures(server: TestServer, name: string): Promise<string[]> {
  const text = await (await server.fetch('/metrics')).text();
  return text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
}

/** The number behind a name with its labels; undefined when it is not there. */
export async function figure(server: TestServer, series: string): Promise<number | undefined> {
  const text = await (await server.fetch('/metrics')).text();
  const line = text.split('\n').find((each) => each.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}
