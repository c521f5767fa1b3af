import type { JsonObject } from '../../base/index.ts';
import type { ListAnswer } from '../call/call.ts';
import type { Form } from './encoding.ts';

/** Objects as they are. */
export const plainForm: Form = {
  named: ({ definition, apiVersion }) => ({ kind: definition.kind, apiVersion }),
  one: (value) => value,
  head: (list) => {
    const { definition, apiVersion, custom } = list.resource;
    // Lists of custom resources say also that there is nothing to go on with.
    const metadata = { ...(custom && { continue: '' }), ...listMetadata(list) };
    return { kind: definition.listKind, apiVersion, metadata };
  },
  items: 'items',
  item: (value, { custom }) => {
    if (custom) return value;
    // Items of built-in kinds say no kind and version: it is the list's own.
    const { kind: _kind, apiVersion: _apiVersion, ...item } = value;
    return item;
  },
  bookmark: (metadata, { definition, apiVersion }) => ({ kind: definition.kind, apiVersion, metadata }),
};

/** `metadata` of a list, Table or PartialObjectMetadataList. */
export function listMetadata(
  list: Pick<ListAnswer, 'resourceVersion' | 'continueToken' | 'remainingItemCount'>,
): JsonObject {
  return {
    resourceVersion: list.resourceVersion,
    ...(list.continueToken === '' ? {} : { continue: list.continueToken }),
    ...(list.remainingItemCount === undefined ? {} : { remainingItemCount: list.remainingItemCount }),
  };
}
