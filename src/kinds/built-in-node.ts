import type { SchemaNode } from '../apimachinery/contract.ts';
import { typeFacts, typeNameIn } from './catalog.ts';
import { isRegisteredKind } from './registered.ts';
import { objectNode } from './schema-node.ts';

/** Kinds of extension servers, which clients have no types for. */
const ofExtensions = new Set(['apiextensions.k8s.io', 'apiregistration.k8s.io']);

/** The schema of a kind that every Kubernetes client has a type for, so that patches of it are strategic ones. */
export function builtInNode(apiVersion: string, kind: string): SchemaNode | undefined {
  const slash = apiVersion.indexOf('/');
  const group = slash < 0 ? '' : apiVersion.slice(0, slash);
  if (ofExtensions.has(group) || !isRegisteredKind(apiVersion, kind)) return undefined;
  const name = typeNameIn(group, apiVersion.slice(slash + 1), kind);
  // Options of connections are registered, and no document describes them.
  return typeFacts(name) && objectNode(name);
}
