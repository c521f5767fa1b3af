import { type Process, print, type Run, setVariable } from '../process.ts';

function constant(code: number) {
  // biome-ignore lint/correctness/useYield: a program that says nothing is one all the same
  return function* (): Run {
    return code;
  };
}

const unitMs: Readonly<Record<string, number>> = {
  '': 1_000,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const longestSleepMs = 10 * 365 * 86_400_000;

function* sleep({ args }: Process): Run {
  let ms = 0;
  for (const arg of args) {
    const [, number, unit = ''] = /^(\d+(?:\.\d+)?|\.\d+)([smhd]?)$/.exec(arg) ?? [];
    if (arg === 'infinity' || arg === 'inf') ms = longestSleepMs;
    else if (number === undefined) {
      yield* print(`sleep: invalid number '${arg}'\n`, 2);
      return 1;
    } else ms += Number(number) * (unitMs[unit] ?? 1_000);
  }
  if (args.length === 0) {
    yield* print('sleep: missing operand\n', 2);
    return 1;
  }
  yield { type: 'sleep', ms: Math.min(ms, longestSleepMs) };
  return 0;
}

function* env({ args, env: variables }: Process): Run {
  const wanted = args.filter((arg) => !arg.startsWith('-'));
  if (wanted.length > 0) {
    const known = wanted.filter((name) => variables.has(name));
    yield* print(known.map((name) => `${variables.get(name)}\n`).join(''));
    return known.length === wanted.length ? 0 : 1;
  }
  yield* print([...variables].map(([name, value]) => `${name}=${value}\n`).join(''));
  return 0;
}

// biome-ignore lint/correctness/useYield: it changes the shell and says nothing
function* exportVariables({ args, env: variables }: Process): Run {
  for (const arg of args) {
    const at = arg.indexOf('=');
    if (at > 0) setVariable(variables, arg.slice(0, at), arg.slice(at + 1));
  }
  return 0;
}

// biome-ignore lint/correctness/useYield: it changes the shell and says nothing
function* unset({ args, env: variables }: Process): Run {
  for (const arg of args) variables.delete(arg);
  return 0;
}

function* read(process: Process): Run {
  const name = process.args.find((arg) => !arg.startsWith('-')) ?? 'REPLY';
  let text = '';
  if (process.input) {
    const input = Buffer.from(process.input);
    const end = input.indexOf(10);
    text = input.subarray(0, end < 0 ? input.length : end).toString('utf8');
    process.input = end < 0 ? new Uint8Array() : input.subarray(end + 1);
    if (input.length === 0) return 1;
  } else {
    const chunk = yield { type: 'read' };
    if (!(chunk instanceof Uint8Array)) return 1;
    text = Buffer.from(chunk)
      .toString('utf8')
      .replace(/\r?\n[\s\S]*$/, '');
  }
  setVariable(process.env, name, text);
  return 0;
}

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function* date({ args, machine }: Process): Run {
  const at = new Date(machine.now());
  const format = args.find((arg) => arg.startsWith('+'))?.slice(1);
  const asked = args.some((arg) => /^-I/.test(arg)) ? '%FT%TZ' : (format ?? '%a %b %e %T UTC %Y');
  yield* print(`${formatted(at, asked)}\n`);
  return 0;
}

function formatted(at: Date, format: string): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const iso = at.toISOString();
  const parts: Readonly<Record<string, string>> = {
    a: days[at.getUTCDay()] ?? '',
    b: months[at.getUTCMonth()] ?? '',
    d: two(at.getUTCDate()),
    e: String(at.getUTCDate()).padStart(2),
    F: iso.slice(0, 10),
    H: two(at.getUTCHours()),
    m: two(at.getUTCMonth() + 1),
    M: two(at.getUTCMinutes()),
    n: '\n',
    N: `${String(at.getUTCMilliseconds()).padStart(3, '0')}000000`,
    s: String(Math.floor(at.getTime() / 1_000)),
    S: two(at.getUTCSeconds()),
    T: iso.slice(11, 19),
    Y: iso.slice(0, 4),
    Z: 'UTC',
    '%': '%',
  };
  return format.replace(/%(.)/g, (all, letter: string) => parts[letter] ?? all);
}

function* hostname({ args, machine }: Process): Run {
  const addresses = args.includes('-i') || args.includes('-I');
  yield* print(`${addresses ? machine.addresses.join(' ') : machine.hostname}\n`);
  return 0;
}

const userName = (id: number) => (id === 0 ? 'root' : String(id));

function* whoami({ machine }: Process): Run {
  yield* print(`${userName(machine.userId)}\n`);
  return 0;
}

function* id({ args, machine: { userId } }: Process): Run {
  const name = userId === 0 ? '(root)' : '';
  yield* print(
    args.includes('-u')
      ? `${userId}\n`
      : `uid=${userId}${name} gid=${userId}${name} groups=${userId}${name}\n`,
  );
  return 0;
}

function* uname({ args, machine }: Process): Run {
  const release = '5.15.0-1091-azure';
  const text = args.includes('-a')
    ? `Linux ${machine.hostname} ${release} #100-Ubuntu SMP x86_64 GNU/Linux`
    : args.includes('-r')
      ? release
      : args.includes('-m')
        ? 'x86_64'
        : args.includes('-n')
          ? machine.hostname
          : 'Linux';
  yield* print(`${text}\n`);
  return 0;
}

function* ps({ machine }: Process): Run {
  const user = userName(machine.userId).padEnd(8);
  yield* print(
    `PID   USER     TIME  COMMAND\n    1 ${user}  0:00 ${machine.firstProgram}\n    7 ${user}  0:00 ps\n`,
  );
  return 0;
}

export const systemCommands = {
  ...{ true: constant(0), false: constant(1), ':': constant(0), trap: constant(0) },
  ...{ wait: constant(0), kill: constant(0), sync: constant(0), chmod: constant(0), chown: constant(0) },
  ...{
    sleep,
    env,
    printenv: env,
    export: exportVariables,
    unset,
    read,
    date,
    hostname,
    whoami,
    id,
    uname,
    ps,
  },
};
