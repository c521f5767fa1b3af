import { isObject, type JsonObject } from '../../base/index.ts';
import { textOf } from '../../schema/structural-node.ts';

/** Fills what a CustomResourceDefinition leaves out: singular, list kind, conversion; in place. */
export function defaultCrd(crd: JsonObject): void {
  const { spec } = crd;
  if (!isObject(spec)) return;
  const { names } = spec;
  if (isObject(names)) {
    const kind = textOf(names.kind);
    if (textOf(names.singular) === '') names.singular = kind.toLowerCase();
    if (textOf(names.listKind) === '' && kind !== '') names.listKind = `${kind}List`;
  }
  if (spec.conversion === undefined || spec.conversion === null) spec.conversion = { strategy: 'None' };
  const { conversion } = spec;
  const webhook = isObject(conversion) ? conversion.webhook : undefined;
  const client = isObject(webhook) ? webhook.clientConfig : undefined;
  const service = isObject(client) ? client.service : undefined;
  if (isObject(service) && service.port === undefined) service.port = 443;
}

/** Adds the storage version to `status.storedVersions`, in place. */
export function recordStoredVersion(crd: JsonObject): void {
  const spec = isObject(crd.spec) ? crd.spec : {};
  const versions = Array.isArray(spec.versions) ? spec.versions.filter(isObject) : [];
  const version = versions.find(({ storage }) => storage === true);
  if (!version) return;
  const storage = textOf(version.name);
  const status: JsonObject = isObject(crd.status) ? { ...crd.status } : {};
  const stored = Array.isArray(status.storedVersions) ? status.storedVersions : [];
  if (!stored.includes(storage)) status.storedVersions = [...stored, storage];
  crd.status = status;
}
