/** Short options as POSIX has them, those in `valued` with a value; long ones by their name, with what stands behind `=`. */
export function optionsOf(
  args: readonly string[],
  valued: string,
): { readonly options: ReadonlyMap<string, string>; readonly rest: readonly string[] } {
  const options = new Map<string, string>();
  const rest: string[] = [];
  let at = 0;
  for (; at < args.length; at++) {
    const arg = args[at] ?? '';
    if (arg === '--') {
      at++;
      break;
    }
    if (arg.startsWith('--')) {
      const [name = '', ...value] = arg.slice(2).split('=');
      options.set(name, value.join('='));
    } else if (arg.startsWith('-') && arg !== '-') {
      for (let letter = 1; letter < arg.length; letter++) {
        const name = arg.charAt(letter);
        if (!valued.includes(name)) {
          options.set(name, '');
          continue;
        }
        const value = arg.slice(letter + 1) || (args[++at] ?? '');
        options.set(name, value);
        break;
      }
    } else rest.push(arg);
  }
  return { options, rest: [...rest, ...args.slice(at)] };
}
