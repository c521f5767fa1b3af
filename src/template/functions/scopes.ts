import { isObject, type Json } from '../../base/index.ts';
import { TemplateError } from '../errors.ts';
import type { Frame } from '../frame.ts';
import { type CallSite, define, refused, text } from './definition.ts';

function notHere({ name, frame }: CallSite): TemplateError {
  return new TemplateError(
    `The template function '${name}' is not expected at this location: it has no value in a deployment at the scope of a ${frame.scope.kind}. ` +
      `Please see https://aka.ms/arm-functions/#${name.toLowerCase()} for usage details.`,
  );
}

function fact(name: string, read: (frame: Frame) => Json | undefined) {
  return define(name, [0, 0], (_, site) => {
    const found = read(site.frame);
    if (found === undefined) throw notHere(site);
    return found;
  });
}

/** What a deployment knows of where it is and of itself. */
export const scopeFunctions = [
  fact('deployment', ({ facts }) => facts.deployment()),
  fact('resourceGroup', ({ facts }) => facts.resourceGroup()),
  fact('subscription', ({ facts }) => facts.subscription()),
  fact('managementGroup', ({ facts }) => facts.managementGroup()),
  fact('tenant', ({ facts }) => facts.tenant()),
  fact('environment', ({ facts }) => facts.environment()),
  fact('deployer', ({ facts }) => facts.deployer()),
  define('parameters', [1, 1], ([name], site) => site.frame.parameter(text(name, site))),
  define('variables', [1, 1], ([name], site) => {
    if (site.frame.place === 'parameter' || site.frame.place === 'function') {
      throw new TemplateError(
        "The template function 'variables' is not expected at this location. Please see https://aka.ms/arm-functions for usage details.",
      );
    }
    return site.frame.variable(text(name, site));
  }),
  define('providers', [1, 2], ([namespace, type], site) => {
    const wanted = text(namespace, site);
    const found = site.frame.facts.provider(wanted);
    if (!found) throw refused(site, `the provider '${wanted}' is not known`);
    if (type === undefined) return found;
    const types = Array.isArray(found['resourceTypes']) ? found['resourceTypes'] : [];
    const name = text(type, site).toLowerCase();
    const one = types.find((item) => isObject(item) && String(item['resourceType']).toLowerCase() === name);
    if (one === undefined) throw refused(site, `the resource type '${text(type, site)}' is not known`);
    return one;
  }),
];
