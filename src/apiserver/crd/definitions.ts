import { createHash } from 'node:crypto';
import type {
  ResourceDefinition,
  ScalePaths,
  StoredForm,
  SubresourceDefinition,
  VersionConversion,
} from '../../apimachinery/contract.ts';
import { isObject, type Json, type JsonObject } from '../../base/index.ts';
import { applyDefaults } from '../../schema/defaults.ts';
import { prune } from '../../schema/prune.ts';
import { StructuralNode, textOf, textsOf } from '../../schema/structural-node.ts';
import { compareVersions } from '../discovery/versions.ts';
import { columnsOf } from './columns.ts';
import { conversionWebhookOf } from './conversion-webhook.ts';
import { compileJsonPath } from './json-path.ts';
import { customResourceStrategy } from './strategy.ts';

const verbs = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];
const subresourceVerbs = ['get', 'patch', 'update'];

/** Compiled definitions kept, by content. */
const compiledLimit = 2_048;

const bySpec = new WeakMap<JsonObject, readonly ResourceDefinition[]>();
const byContent = new Map<string, readonly ResourceDefinition[]>();

/**
 * The resources that a CustomResourceDefinition brings: one for each served version, under the names in its status
 * (in its spec as long as none are accepted). Equal content gives the very same definitions, whatever cluster it
 * comes from.
 */
export function definitionsOf(crd: JsonObject): readonly ResourceDefinition[] {
  const spec = isObject(crd.spec) ? crd.spec : {};
  const status = isObject(crd.status) ? crd.status : {};
  const names = isObject(status.acceptedNames) ? status.acceptedNames : undefined;
  if (!names) {
    const known = bySpec.get(spec);
    if (known) return known;
  }
  const key = contentKey(spec, names);
  let definitions = byContent.get(key);
  if (!definitions) {
    definitions = compile(spec, names);
    if (byContent.size >= compiledLimit) byContent.clear();
    byContent.set(key, definitions);
  }
  if (!names) bySpec.set(spec, definitions);
  return definitions;
}

const specKeys = new WeakMap<JsonObject, string>();

/** A key for the content of a spec; worked out once per frozen object. */
export function specKey(spec: JsonObject): string {
  const known = specKeys.get(spec);
  if (known) return known;
  const key = createHash('sha256').update(JSON.stringify(spec)).digest('base64');
  if (Object.isFrozen(spec)) specKeys.set(spec, key);
  return key;
}

function contentKey(spec: JsonObject, names: JsonObject | undefined): string {
  return names ? `${specKey(spec)} ${JSON.stringify(names)}` : specKey(spec);
}

function compile(spec: JsonObject, acceptedNames: JsonObject | undefined): readonly ResourceDefinition[] {
  const versions = Array.isArray(spec.versions) ? spec.versions.filter(isObject) : [];
  const storage = versions.find((version) => version.storage === true);
  const declared = isObject(spec.names) ? spec.names : {};
  const names = acceptedNames && textOf(acceptedNames.plural) !== '' ? acceptedNames : declared;
  const roots = new Map(versions.map((version) => [version, rootOf(version)]));
  const stored = storage && roots.get(storage);
  const storedForm = stored && formOf(stored);
  const webhook = conversionWebhookOf(spec);
  const convertedBy = webhook && { ...webhook, storedForm };
  return versions
    .filter((version) => version.served === true)
    .map((version) => {
      const root = roots.get(version) ?? rootOf(version);
      const converts = stored !== undefined && !sameSchema(root, stored);
      return {
        ...definitionOf(version, { spec, names, root }),
        storageVersion: textOf(storage?.name) || textOf(version.name),
        ...(convertedBy === undefined
          ? {
              ...(storedForm && { storedForm }),
              ...(converts && { conversion: conversionBetween(root, stored) }),
            }
          : { convertedBy, storedForm: root === stored && storedForm ? storedForm : formOf(root) }),
        ...(version.deprecated === true && {
          deprecation: deprecationOf(version, { spec, names, versions }),
        }),
      };
    });
}

function formOf(root: StructuralNode): StoredForm {
  return {
    bring(object) {
      prune(object, root);
      applyDefaults(object, root);
    },
  };
}

/** The definition's own words, or the version to use instead: the newest served one that is not deprecated itself. */
function deprecationOf(
  version: JsonObject,
  crd: { spec: JsonObject; names: JsonObject; versions: readonly JsonObject[] },
): string {
  if (typeof version.deprecationWarning === 'string') return version.deprecationWarning;
  const group = textOf(crd.spec.group);
  const kind = textOf(crd.names.kind);
  const name = textOf(version.name);
  const [better] = crd.versions
    .filter((other) => other.served === true && other.deprecated !== true)
    .map((other) => textOf(other.name))
    .sort(compareVersions)
    .filter((other) => compareVersions(other, name) < 0);
  const instead = better === undefined ? '' : `; use ${group}/${better} ${kind}`;
  return `${group}/${name} ${kind} is deprecated${instead}`;
}

function rootOf(version: JsonObject): StructuralNode {
  const schema = isObject(version.schema) ? version.schema.openAPIV3Schema : undefined;
  const props = isObject(schema) ? schema : { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  return new StructuralNode(props, true);
}

function sameSchema(a: StructuralNode, b: StructuralNode): boolean {
  return a === b || JSON.stringify(a.props, withoutTexts) === JSON.stringify(b.props, withoutTexts);
}

/** Descriptions and rules do not touch the form of an object. */
function withoutTexts(key: string, value: Json): Json | undefined {
  const isText = key === 'description' && typeof value === 'string';
  return isText || key === 'x-kubernetes-validations' ? undefined : value;
}

/** Strategy `None`: the other version's name on the same object, cut to its schema; what is stored is filled too. */
function conversionBetween(root: StructuralNode, stored: StructuralNode): VersionConversion {
  return {
    fromStorage: (object) => prune(object, root),
    toStorage(object) {
      prune(object, stored);
      applyDefaults(object, stored);
    },
  };
}

function definitionOf(
  version: JsonObject,
  crd: { spec: JsonObject; names: JsonObject; root: StructuralNode },
): Omit<ResourceDefinition, 'storageVersion'> {
  const { spec, names, root } = crd;
  const group = textOf(spec.group);
  const name = textOf(version.name);
  const kind = textOf(names.kind);
  const subresources = subresourcesOf(version);
  const namespaced = spec.scope === 'Namespaced';
  return {
    group,
    version: name,
    resource: textOf(names.plural),
    singular: textOf(names.singular) || kind.toLowerCase(),
    kind,
    listKind: textOf(names.listKind) || `${kind}List`,
    namespaced,
    verbs,
    shortNames: textsOf(names.shortNames),
    categories: textsOf(names.categories),
    subresources,
    schema: { root, definitionName: `${group.split('.').reverse().join('.')}.${name}.${kind}` },
    columns: columnsOf(version),
    selectableFields: selectableFieldsOf(version),
    quirks: { hasGeneration: true, updateDemandsVersion: true },
    deletion: {},
    strategy: customResourceStrategy({
      apiVersion: `${group}/${name}`,
      kind,
      namespaced,
      hasStatus: subresources.status !== undefined,
      scale: subresources.scale?.scalePaths,
      root,
    }),
  };
}

function subresourcesOf(version: JsonObject): Record<string, SubresourceDefinition> {
  const declared = isObject(version.subresources) ? version.subresources : {};
  const subresources: Record<string, SubresourceDefinition> = {};
  if (isObject(declared.status)) subresources.status = { name: 'status', verbs: subresourceVerbs };
  if (isObject(declared.scale)) {
    subresources.scale = {
      name: 'scale',
      verbs: subresourceVerbs,
      group: 'autoscaling',
      version: 'v1',
      kind: 'Scale',
      scalePaths: scalePathsOf(declared.scale),
    };
  }
  return subresources;
}

function scalePathsOf(scale: JsonObject): ScalePaths {
  return {
    specReplicas: textOf(scale.specReplicasPath),
    statusReplicas: textOf(scale.statusReplicasPath),
    labelSelector: textOf(scale.labelSelectorPath) || undefined,
  };
}

function selectableFieldsOf(version: JsonObject): Record<string, (object: JsonObject) => string> {
  const fields: Record<string, (object: JsonObject) => string> = {};
  const declared = Array.isArray(version.selectableFields) ? version.selectableFields : [];
  for (const entry of declared) {
    const text = isObject(entry) ? textOf(entry.jsonPath) : '';
    if (text === '') continue;
    const path = compileJsonPath(text);
    fields[text.replace(/^\./, '')] = (object) => {
      const [value] = path.find(object);
      return value === undefined || value === null ? '' : String(value);
    };
  }
  return fields;
}
