import type { FieldError } from '../../apimachinery/contract.ts';
import { readMetadata, textOf } from '../../apimachinery/metadata.ts';
import { invalid } from '../../apimachinery/status.ts';
import { validateMetadata, validateMetadataUpdate } from '../../apimachinery/validation/metadata.ts';
import type { JsonObject } from '../../base/index.ts';
import { decideAccess } from '../authz/authorize.ts';
import type { WriteStep } from '../call/call.ts';

/** What the kind allows, and what it has to tell of what it takes. Throws 422. */
export const rules: WriteStep = {
  name: 'rules',
  part: 'prepare',
  concerns: ({ operation }) => operation !== 'DELETE',
  run({ object, old, call, resource, definition, warnings }) {
    if (!object) return;
    const errors = definition.strategy.validate(object, old, call.subresource);
    // Built-in kinds check their metadata themselves, by their own rules for names.
    if (resource.custom) errors.unshift(...metadataErrors(object, old, definition.namespaced));
    if (errors.length > 0) {
      // A kind that is stored as another group's is judged as that.
      const subject = { ...definition, group: definition.storageGroup ?? definition.group };
      throw invalid(subject, textOf(readMetadata(object)['name']), errors);
    }
    const told = call.subresource === '' ? definition.strategy.warnings?.(object, old) : undefined;
    if (told) warnings.push(...told);
  },
};

function metadataErrors(object: JsonObject, old: JsonObject | undefined, namespaced: boolean): FieldError[] {
  return old ? validateMetadataUpdate(object, old) : validateMetadata(object, { namespaced, name: () => [] });
}

/** An update or a patch that makes its object needs the right to create it as well. Throws 403. */
export const rightToCreate: WriteStep = {
  name: 'right-to-create',
  part: 'prepare',
  concerns: ({ operation }) => operation === 'CREATE',
  run({ parts, call }) {
    if (call.verb === 'create') return undefined;
    const { resource, subresource, namespace, name, user } = call;
    const { group, version, resource: plural } = resource.definition;
    const target = { group, version, resource: plural, subresource, namespace, name };
    return decideAccess(parts, { user, verb: 'create', resource: target });
  },
};

/** Not said of what was refused. */
export const notEnforced: WriteStep = {
  name: 'not-enforced',
  part: 'commit',
  concerns: ({ subresource, operation }) => subresource === '' && operation !== 'DELETE',
  run({ parts, object, definition, warnings }) {
    if (object) warnings.push(...parts.notEnforced.about(definition, object));
  },
};
