import type { FieldError } from '../../apimachinery/contract.ts';
import { at, maybeObjectAt, numberAt, objectAt, objectsAt, textAt } from '../../apimachinery/read.ts';
import { child, forbidden, invalid, invalidEach, required } from '../../apimachinery/validation/errors.ts';
import { headerName } from '../../apimachinery/validation/names.ts';
import {
  validateChoice,
  validateNotNegative,
  validatePortNumber,
  validatePortNumberOrName,
} from '../../apimachinery/validation/values.ts';
import type { JsonObject } from '../../base/index.ts';

/** What is done when a container has started and before it ends. */
export function validateLifecycle(container: JsonObject, path: string): FieldError[] {
  return ['postStart', 'preStop'].flatMap((member) => {
    const handler = maybeObjectAt(container, 'lifecycle', member);
    return handler ? validateHandler(handler, child(path, `lifecycle.${member}`)) : [];
  });
}

/** How a container is asked whether it lives, is ready, has started. */
export function validateProbes(container: JsonObject, path: string): FieldError[] {
  return ['livenessProbe', 'readinessProbe', 'startupProbe'].flatMap((member) => {
    const probe = maybeObjectAt(container, member);
    if (!probe) return [];
    const here = child(path, member);
    const errors = [
      ...validateHandler(probe, here),
      ...validateNotNegative(
        probe,
        here,
        'initialDelaySeconds',
        'timeoutSeconds',
        'periodSeconds',
        'successThreshold',
        'failureThreshold',
      ),
    ];
    if (member === 'readinessProbe') {
      if (probe['terminationGracePeriodSeconds'] !== undefined) {
        const value = probe['terminationGracePeriodSeconds'];
        errors.push(
          invalid(child(here, 'terminationGracePeriodSeconds'), value, 'must not be set for readinessProbes'),
        );
      }
    } else if (numberAt(probe, 'successThreshold') !== 1) {
      errors.push(invalid(child(here, 'successThreshold'), probe['successThreshold'], 'must be 1'));
    }
    return errors;
  });
}

const handlers: Readonly<Record<string, (action: JsonObject, path: string) => FieldError[]>> = {
  exec: (action, path) =>
    Array.isArray(action['command']) && action['command'].length > 0
      ? []
      : [required(child(path, 'command'))],
  httpGet: (action, path) => [
    ...(textAt(action, 'path') ? [] : [required(child(path, 'path'))]),
    ...validatePortNumberOrName(action['port'], child(path, 'port')),
    ...validateChoice(action, path, 'scheme', ['HTTP', 'HTTPS']),
    ...objectsAt(action, 'httpHeaders').flatMap((header) => {
      const name = textAt(header, 'name');
      return invalidEach(child(path, 'httpHeaders'), name, headerName(name));
    }),
  ],
  tcpSocket: (action, path) => validatePortNumberOrName(action['port'], child(path, 'port')),
  grpc: (action, path) => validatePortNumber(action['port'], child(path, 'port')),
  sleep: () => [],
};

function validateHandler(owner: JsonObject, path: string): FieldError[] {
  const [first, ...others] = Object.keys(handlers).filter((name) => at(owner, name) !== undefined);
  if (first === undefined) return [required(path, 'must specify a handler type')];
  const errors = handlers[first]?.(objectAt(owner, first), child(path, first)) ?? [];
  return [
    ...errors,
    ...others.map((name) => forbidden(child(path, name), 'may not specify more than 1 handler type')),
  ];
}
