import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * What a test file holds outside its process: folders and other processes. All of it goes when the process ends, however
 * it ends: a process of its own waits for that, because a test that is killed cannot clean up.
 */
class Belongings {
  readonly root = mkdtempSync(join(tmpdir(), `drydock-tests-${process.pid}-`));
  readonly #keeper: ChildProcess;

  constructor() {
    // In a session of its own, so that what ends the test's process group leaves it alone.
    this.#keeper = spawn('/bin/sh', ['-c', keeper, 'keeper', this.root], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    // It may be gone first when the machine goes down.
    this.#keeper.stdin?.on('error', () => undefined);
    this.#keeper.unref();
    unrefStream(this.#keeper.stdin);
    process.once('exit', () => rmSync(this.root, { recursive: true, force: true, maxRetries: 3 }));
  }

  tell(line: string): void {
    this.#keeper.stdin?.write(`${line}\n`);
  }
}

/**
 * Reads `+ PID` and `- PID` until the writer is gone, then ends what is left, each with its process group when it leads
 * one, and deletes the folder. A server whose home is gone ends by itself, and may write to it until it sees that.
 */
const keeper = `
held=' '
while read -r sign pid; do
  case $sign in
    +) held="$held$pid " ;;
    -) case $held in *" $pid "*) held="\${held%% $pid *} \${held#* $pid }" ;; esac ;;
  esac
done
for pid in $held; do kill -9 "-$pid" || kill -9 "$pid"; done
for attempt in 1 2 3 4 5; do
  rm -rf "$1"
  [ -e "$1" ] || exit 0
  sleep 1
done
`;

let belongings: Belongings | undefined;

function owned(): Belongings {
  belongings ??= new Belongings();
  return belongings;
}

/** The folder in which all folders of this test process lie. */
export function temporaryRoot(): string {
  return owned().root;
}

/** A new, empty folder of this test process. */
export function temporaryFolder(name: string): string {
  return mkdtempSync(join(owned().root, `${name}-`));
}

/** A process that never outlives this test process. */
export function held<Child extends ChildProcess>(child: Child): Child {
  const { pid } = child;
  if (pid === undefined) return child;
  owned().tell(`+ ${pid}`);
  child.once('exit', () => owned().tell(`- ${pid}`));
  return child;
}

/** The pipe to a child is a socket, which does not keep this process alive unless it is asked to. */
function unrefStream(stream: unknown): void {
  if (
    typeof stream === 'object' &&
    stream !== null &&
    'unref' in stream &&
    typeof stream.unref === 'function'
  )
    stream.unref();
}
