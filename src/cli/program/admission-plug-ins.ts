import type { ActivePlugIns, PlugInSwitches } from '../../server/bare.ts';

/** Values of the real server's flags `--enable-admission-plugins` and `--disable-admission-plugins`: names with commas between. */
export function plugInSwitches(enable: unknown, disable: unknown): PlugInSwitches {
  return { enable: names(enable), disable: names(disable) };
}

function names(value: unknown): string[] {
  return typeof value === 'string' ? value.split(',').filter((name) => name !== '') : [];
}

/** Which plug-ins a server was started with, for people. */
export function plugInLines({ names: active, notBuilt }: ActivePlugIns): string {
  const absent = notBuilt.length > 0 ? `Not built, though usually on: ${notBuilt.join(',')}\n` : '';
  return `Admission plug-ins: ${active.join(',')}\n${absent}`;
}
