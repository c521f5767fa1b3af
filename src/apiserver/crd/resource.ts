import type { ResourceDefinition, WriteStrategy } from '../../apimachinery/contract.ts';
import { isEnforcedFormat } from '../../apimachinery/validation/formats.ts';
import { isObject, type JsonObject } from '../../base/index.ts';
import { builtinResources } from '../../kinds/index.ts';
import { textOf } from '../../schema/structural-node.ts';
import { defaultCrd, recordStoredVersion } from './default-crd.ts';
import { validateCrd } from './validate-crd.ts';

let resource: ResourceDefinition | undefined;

/** The resource `customresourcedefinitions` itself, with the rules of its kind. */
export function customResourceDefinitionResource(): ResourceDefinition {
  if (resource) return resource;
  const builtin = builtinResources().find(
    (each) => each.group === 'apiextensions.k8s.io' && each.resource === 'customresourcedefinitions',
  );
  if (!builtin) throw new Error('the built-in kinds lack customresourcedefinitions');
  resource = { ...builtin, strategy: strategyOn(builtin.strategy) };
  return resource;
}

function strategyOn(common: WriteStrategy): WriteStrategy {
  return {
    default(crd) {
      common.default(crd);
      defaultCrd(crd);
    },
    prepareForCreate(crd) {
      delete crd.status;
      recordStoredVersion(crd);
    },
    prepareForUpdate(crd, old, subresource) {
      common.prepareForUpdate(crd, old, subresource);
      if (subresource === '') recordStoredVersion(crd);
    },
    validate: (crd, old, subresource) => (subresource === 'status' ? [] : validateCrd(crd, old)),
    warnings: (crd, old) => formatWarnings(crd, old),
  };
}

/** Formats that nobody checks are accepted, and told about when they are new. */
function formatWarnings(crd: JsonObject, old: JsonObject | undefined): string[] {
  const known = old ? unknownFormats(old) : new Set<string>();
  return [...unknownFormats(crd)]
    .filter((format) => !known.has(format))
    .map((format) => `unrecognized format ${JSON.stringify(format)}`);
}

function unknownFormats(crd: JsonObject): Set<string> {
  const formats = new Set<string>();
  const spec = isObject(crd.spec) ? crd.spec : {};
  for (const version of Array.isArray(spec.versions) ? spec.versions : []) {
    const schema = isObject(version) && isObject(version.schema) ? version.schema.openAPIV3Schema : undefined;
    if (isObject(schema)) collectFormats(schema, formats);
  }
  return formats;
}

function collectFormats(schema: JsonObject, formats: Set<string>): void {
  const format = textOf(schema.format);
  if (format !== '' && schema.type === 'string' && !isEnforcedFormat(format)) formats.add(format);
  const { items, additionalProperties, properties } = schema;
  if (isObject(items)) collectFormats(items, formats);
  if (isObject(additionalProperties)) collectFormats(additionalProperties, formats);
  if (!isObject(properties)) return;
  for (const member of Object.values(properties)) if (isObject(member)) collectFormats(member, formats);
}
