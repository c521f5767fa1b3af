/** Rules for names and short texts. Each answers what is wrong with a text, in apimachinery's words; nothing: it is fine. */
export type TextRule = (text: string) => readonly string[];

/** A rule for `metadata.name`, and with `isPrefix` for `metadata.generateName`. */
export type NameRule = (name: string, isPrefix: boolean) => readonly string[];

const labelForm = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const subdomainForm = `${labelForm}(\\.${labelForm})*`;
const dns1035Form = '[a-z]([-a-z0-9]*[a-z0-9])?';
const qualifiedForm = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';

const qualifiedMessage = formMessage(
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  qualifiedForm,
  ['MyName', 'my.name', '123-abc'],
);

const maxLabelLength = 63;
const maxSubdomainLength = 253;
const maxPortNameLength = 15;

export function maxLength(length: number): string {
  return `must be no more than ${length} characters`;
}

export function between(low: number, high: number): string {
  return `must be between ${low} and ${high}, inclusive`;
}

/** `text (e.g. 'a',  or 'b', regex used for validation is '...')`, with the reference's own double blanks. */
export function formMessage(text: string, form: string, examples: readonly string[] = []): string {
  if (examples.length === 0) return `${text} (regex used for validation is '${form}')`;
  const shown = examples.map((example) => `'${example}', `).join(' or ');
  return `${text} (e.g. ${shown}regex used for validation is '${form}')`;
}

function formRule(form: string, message: string, maxChars?: number): TextRule {
  const pattern = new RegExp(`^${form}$`);
  return (text) => {
    const problems: string[] = [];
    if (maxChars !== undefined && text.length > maxChars) problems.push(maxLength(maxChars));
    if (!pattern.test(text)) problems.push(message);
    return problems;
  };
}

const labelMessage = formMessage(
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
  labelForm,
  ['my-name', '123-abc'],
);
const subdomainMessage = formMessage(
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
  subdomainForm,
  ['example.com'],
);

const labelPattern = new RegExp(`^${labelForm}$`);
const subdomainPattern = new RegExp(`^${subdomainForm}$`);

/** RFC 1123 label: namespaces, containers, volumes. A text that is only a subdomain is told not to have dots. */
export const dnsLabel: TextRule = (text) => {
  const problems: string[] = [];
  if (text.length > maxLabelLength) problems.push(maxLength(maxLabelLength));
  if (labelPattern.test(text)) return problems;
  problems.push(subdomainPattern.test(text) ? 'must not contain dots' : labelMessage);
  return problems;
};

export const dnsSubdomain: TextRule = formRule(subdomainForm, subdomainMessage, maxSubdomainLength);

export const dns1035Label: TextRule = formRule(
  dns1035Form,
  formMessage(
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
    dns1035Form,
    ['my-name', 'abc-123'],
  ),
  maxLabelLength,
);

const wildcardForm = `\\*\\.${subdomainForm}`;

export const wildcardSubdomain: TextRule = formRule(
  wildcardForm,
  formMessage(
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
    wildcardForm,
    ['*.example.com'],
  ),
  maxSubdomainLength,
);

export const labelValue: TextRule = formRule(
  `(${qualifiedForm})?`,
  formMessage(
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
    `(${qualifiedForm})?`,
    ['MyValue', 'my_value', '12345'],
  ),
  maxLabelLength,
);

const qualifiedPattern = new RegExp(`^${qualifiedForm}$`);

/** `[prefix/]name`: label keys, annotation keys, finalizers. */
export const qualifiedName: TextRule = (text) => {
  const parts = text.split('/');
  const problems: string[] = [];
  if (parts.length > 2) {
    return [
      `a qualified name ${qualifiedMessage} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  const [prefix, name = ''] = parts.length === 2 ? parts : [undefined, parts[0]];
  if (prefix === '') problems.push('prefix part must be non-empty');
  else if (prefix !== undefined) problems.push(...dnsSubdomain(prefix).map((text) => `prefix part ${text}`));
  if (name === '') problems.push('name part must be non-empty');
  else if (name.length > maxLabelLength) problems.push(`name part ${maxLength(maxLabelLength)}`);
  if (!qualifiedPattern.test(name)) problems.push(`name part ${qualifiedMessage}`);
  return problems;
};

const configKeyForm = '[-._a-zA-Z0-9]+';
const configKeyCharacters = formRule(
  configKeyForm,
  formMessage("a valid config key must consist of alphanumeric characters, '-', '_' or '.'", configKeyForm, [
    'key.name',
    'KEY_NAME',
    'key-name',
  ]),
  maxSubdomainLength,
);

/** Keys of ConfigMaps and Secrets. */
export const configKey: TextRule = (text) => [...configKeyCharacters(text), ...notADirectory(text)];

function notADirectory(text: string): readonly string[] {
  if (text === '.') return ["must not be '.'"];
  if (text === '..') return ["must not be '..'"];
  return text.startsWith('..') ? ["must not start with '..'"] : [];
}

/** Names of environment variables. */
export const variableName: TextRule = (text) => {
  if (text === '') return ['environment variable name must be non-empty'];
  return /^[\x20-\x3c\x3e-\x7e]+$/.test(text)
    ? []
    : ["a valid environment variable name must consist only of printable ASCII characters other than '='"];
};

export const portName: TextRule = (text) => {
  const problems: string[] = [];
  if (text.length > maxPortNameLength) problems.push(maxLength(maxPortNameLength));
  if (!/^[-a-z0-9]+$/.test(text)) {
    problems.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  }
  if (!/[a-z]/.test(text)) problems.push('must contain at least one letter (a-z)');
  if (text.includes('--')) problems.push('must not contain consecutive hyphens');
  if (text.startsWith('-') || text.endsWith('-')) problems.push('must not begin or end with a hyphen');
  return problems;
};

export const percent: TextRule = formRule(
  '[0-9]+%',
  formMessage("a valid percent string must be a numeric string followed by an ending '%'", '[0-9]+%', [
    '1%',
    '93%',
  ]),
);

export const headerName: TextRule = formRule(
  '[-A-Za-z0-9]+',
  formMessage("a valid HTTP header must consist of alphanumeric characters or '-'", '[-A-Za-z0-9]+', [
    'X-Header-Name',
  ]),
);

/** Names that are one segment of a URL path: roles and their bindings. */
export const pathSegment: TextRule = (text) => {
  if (text === '.' || text === '..') return [`may not be '${text}'`];
  return ['/', '%'].filter((part) => text.includes(part)).map((part) => `may not contain '${part}'`);
};

export const subdomainName: NameRule = (name, isPrefix) => dnsSubdomain(isPrefix ? unfinished(name) : name);
export const labelName: NameRule = (name, isPrefix) => dnsLabel(isPrefix ? unfinished(name) : name);
export const dns1035Name: NameRule = (name, isPrefix) => dns1035Label(isPrefix ? unfinished(name) : name);
export const pathSegmentName: NameRule = (name, isPrefix) =>
  isPrefix ? pathSegment(name).filter((problem) => problem.startsWith('may not contain')) : pathSegment(name);

/** A prefix may end with a hyphen: what is appended ends it properly. */
function unfinished(prefix: string): string {
  return prefix.length > 1 && prefix.endsWith('-') ? `${prefix.slice(0, -2)}a` : prefix;
}
