import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** How many of these are still held, asked in a turn of its own: what was looked at in this one is held until it ends. */
export async function stillHeld(objects: readonly WeakRef<object>[]): Promise<number> {
  setFlagsFromString('--expose-gc');
  await new Promise((turn) => setImmediate(turn));
  runInNewContext('gc')();
  return objects.filter((object) => object.deref() !== undefined).length;
}
