import { formatCheck } from '../../apimachinery/validation/formats.ts';
import {
  dns1035Label,
  dns1035Name,
  dnsLabel,
  dnsSubdomain,
  labelName,
  labelValue,
  qualifiedName,
  subdomainName,
} from '../../apimachinery/validation/names.ts';
import type { Registry } from '../registry.ts';
import { ListValue, none, OpaqueValue, OptionalValue } from '../values.ts';
import { instance, text } from './arguments.ts';

type Check = (value: string) => readonly string[];

class NamedFormat extends OpaqueValue {
  readonly typeName = 'kubernetes.NamedFormat';
  readonly name: string;
  readonly check: Check;

  constructor(name: string, check: Check) {
    super();
    this.name = name;
    this.check = check;
  }

  equals(other: OpaqueValue): boolean {
    return other instanceof NamedFormat && other.name === this.name;
  }
}

const byFormat =
  (format: string, problem: (value: string) => string): Check =>
  (value) =>
    formatCheck(format)?.(value) ? [] : [problem(value)];

const checks: Readonly<Record<string, Check>> = {
  dns1123Label: dnsLabel,
  dns1123Subdomain: dnsSubdomain,
  dns1035Label,
  qualifiedName,
  dns1123LabelPrefix: (value) => labelName(value, true),
  dns1123SubdomainPrefix: (value) => subdomainName(value, true),
  dns1035LabelPrefix: (value) => dns1035Name(value, true),
  labelValue,
  uri: byFormat('uri', (value) => `parse ${JSON.stringify(value)}: invalid URI for request`),
  uuid: byFormat('uuid', () => 'does not match the UUID format'),
  byte: byFormat('byte', () => 'invalid base64'),
  date: byFormat('date', () => 'invalid date'),
  datetime: byFormat('datetime', () => 'invalid datetime'),
};

/** Kubernetes' named formats: `format.dns1123Label().validate(self.name)`. */
export function declareFormats(registry: Registry): void {
  const formats = new Map(
    Object.entries(checks).map(([name, check]) => [name, new NamedFormat(name, check)]),
  );
  for (const [name, format] of formats) registry.declare(`format.${name}() Format`, () => format);
  registry.declare('format.named(string) optional(Format)', (a) => {
    const format = formats.get(text(a));
    return format ? new OptionalValue(format) : none;
  });
  registry.declare('Format.validate(string) optional(list(string))', (a, b) => {
    const problems = instance(a, NamedFormat).check(text(b));
    return problems.length === 0 ? none : new OptionalValue(new ListValue(problems));
  });
}
