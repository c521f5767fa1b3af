import { isObject, type JsonObject } from '../../base/index.ts';
import type { Output } from '../az/index.ts';
import { UsageError } from './declaration.ts';

export interface OwnAzCall {
  /** The profile folder, AZURE_CONFIG_DIR. */
  readonly configFolder: string;
  readonly words: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly stderr?: Output;
  /** Aborting it is Ctrl+C. */
  readonly signal?: AbortSignal;
  /** Sees what is printed as it is printed. */
  readonly onOutput?: (text: string) => void;
}

export interface OwnAzResult {
  readonly exitCode: number;
  readonly output: string;
}

/** Runs one of our az commands in this process, as a person would type it. */
export async function runOwnAz(call: OwnAzCall): Promise<OwnAzResult> {
  const { processContext, runAz } = await import('../az/index.ts');
  const context = processContext(call.signal);
  const printed: string[] = [];
  const exitCode = await runAz([...call.words], {
    ...context,
    env: { ...context.env, ...call.environment, AZURE_CONFIG_DIR: call.configFolder },
    ...(call.stderr ? { stderr: call.stderr } : {}),
    stdout: {
      write(text) {
        printed.push(text);
        call.onOutput?.(text);
      },
      isTTY: false,
    },
  });
  return { exitCode, output: printed.join('') };
}

/** What the command prints. When it fails, what it said on stderr is shown and the verb ends. */
export async function ownAzText(call: OwnAzCall): Promise<string> {
  const said: string[] = [];
  const stderr = { write: (text: string) => void said.push(text), isTTY: false };
  const { exitCode, output } = await runOwnAz({ stderr, ...call });
  if (exitCode === 0) return output;
  process.stderr.write(said.join(''));
  throw new UsageError(`'az ${call.words.slice(0, 3).join(' ')}' failed; the lines above say why.`, 1);
}

/** The JSON object that the command prints. */
export async function ownAzJson(call: OwnAzCall): Promise<JsonObject> {
  const parsed: unknown = JSON.parse(
    await ownAzText({ ...call, words: [...call.words, '--output', 'json'] }),
  );
  if (!isObject(parsed))
    throw new UsageError(`'az ${call.words.slice(0, 3).join(' ')}' printed no object.`, 1);
  return parsed;
}
