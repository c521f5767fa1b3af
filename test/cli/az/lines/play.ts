import { type ScriptedEstate, subscriptionId } from '../estate.ts';

/** What a command line sent, printed and ended with; without what each run chooses for itself. */
export interface Told {
  readonly line: string;
  readonly code: number;
  /** `METHOD path body`, in the order of their arrival. */
  readonly requests: readonly string[];
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
}

/** Runs one of `lines` against an estate. */
export async function tell(estate: ScriptedEstate, line: string): Promise<Told> {
  estate.requests.length = 0;
  const words = line.split(' ').map((word) => word.replaceAll('~', ' '));
  const { code, stdout, stderr } = await estate.az(...words);
  const neutral = (text: string) =>
    text
      .replaceAll(estate.origin, 'ORIGIN')
      .replaceAll(estate.folder, 'FOLDER')
      .replaceAll(subscriptionId, 'SUBSCRIPTION')
      .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f-]{17}/g, 'UUID')
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z?/g, 'TIME');
  return {
    line,
    code,
    requests: estate.requests.map(({ method, url, body }) => neutral(`${method} ${url} ${body}`.trim())),
    stdout: neutral(stdout).split('\n'),
    stderr: neutral(stderr).split('\n'),
  };
}
