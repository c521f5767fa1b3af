import { isObject, type Json, type JsonObject } from '../../../../../base/index.ts';
import type { Call, Flags } from '../../../declaration.ts';

/** A command result as az prints one: in words, unless somebody asked for a format. */
export function showResult(call: Call<Flags>, answer: Json | undefined): Json | undefined {
  const body = isObject(answer) ? answer : {};
  const properties = isObject(body['properties']) ? body['properties'] : {};
  if (call.isOutputAsked) return shown(body, properties);
  const word = (name: string) => String(properties[name] ?? 'None');
  const state = properties['provisioningState'];
  if (state === 'Succeeded') {
    const when = `command started at ${moment(word('startedAt'))}, finished at ${moment(word('finishedAt'))}`;
    call.print(painted(call, 32, `${when} with exitcode=${word('exitCode')}`));
    call.print(word('logs'));
  } else if (state === 'Failed') {
    call.print(painted(call, 31, `command failed with reason: ${word('reason')}`));
  } else {
    call.print(
      painted(call, 34, `command (id: ${String(body['id'])}) is in ${word('provisioningState')} state`),
    );
  }
  return undefined;
}

/** What is printed of a command that has not ended. */
export function showRunning(
  call: Call<Flags>,
  answer: Json | undefined,
  place: { readonly group: string; readonly name: string; readonly id: string },
): void {
  const body = isObject(answer) ? answer : {};
  const properties = isObject(body['properties']) ? body['properties'] : {};
  const { startedAt, provisioningState } = properties;
  call.print(
    `command id: ${place.id}, started at: ${String(startedAt)}, status: ${String(provisioningState)}`,
  );
  call.print(
    `Please use command "az aks command result -g ${place.group} -n ${place.name} -i ${place.id}" to get the future execution result`,
  );
}

function shown({ id }: JsonObject, properties: JsonObject): JsonObject {
  const of = (name: string) => properties[name] ?? null;
  return {
    exitCode: of('exitCode'),
    finishedAt: of('finishedAt'),
    id: id ?? null,
    logs: of('logs'),
    provisioningState: of('provisioningState'),
    reason: of('reason'),
    startedAt: of('startedAt'),
  };
}

/** Python's way of printing a moment: `2026-12-01 05:00:00.123000+00:00`. */
function moment(text: string): string {
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) return text;
  const [day, time = ''] = at.toISOString().slice(0, -1).split('T');
  return `${day} ${at.getUTCMilliseconds() === 0 ? time.slice(0, 8) : `${time}000`}+00:00`;
}

function painted({ context }: Call<Flags>, code: number, line: string): string {
  return context.stdout.isTTY ? `\u001b[${code}m${line}\u001b[0m` : line;
}
