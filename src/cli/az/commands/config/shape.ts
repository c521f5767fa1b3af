/** What az says before every command of the group. */
export const configNotice =
  "Command group 'config' is experimental and under development. Reference and support levels: https://aka.ms/CLI_refstatus";

/** `section.key` taken apart. */
export function splitKey(name: string): { section: string; key: string | undefined } {
  const cut = name.indexOf('.');
  return cut < 0
    ? { section: name, key: undefined }
    : { section: name.slice(0, cut), key: name.slice(cut + 1) };
}
