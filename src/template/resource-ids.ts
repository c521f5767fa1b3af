import type { Json, JsonObject } from '../base/index.ts';
import { TemplateError } from './errors.ts';
import type { DeploymentScope } from './frame.ts';

interface Named {
  readonly type: string;
  /** All segments. */
  readonly name: string;
  readonly source: JsonObject;
  read(member: string, fallback: Json): Json;
}

/** The part of an id that a type and a name make: `/providers/{namespace}/{type}/{name}...`. */
function providerPart(type: string, name: string): string {
  const [namespace = '', ...types] = type.split('/');
  const names = name.split('/');
  return `/providers/${namespace}${types.map((word, at) => `/${word}/${names[at]}`).join('')}`;
}

/** Types that stand at the tenant alone. */
const tenantTypes = /^microsoft\.(?:management\/managementgroups|subscription\/aliases)(?:\/|$)/i;

/** The id of a resource of a template: at the deployment's scope, or where the resource says. Throws TemplateError. */
export function idOf({ type, name, source, read }: Named, scope: DeploymentScope): string {
  const own = providerPart(type, name);
  if (source['scope'] !== undefined) return scoped(String(read('scope', '')), own, scope);
  const subscription = textOr(read('subscriptionId', scope.subscriptionId ?? ''), 'subscriptionId');
  const isElsewhere = source['subscriptionId'] !== undefined;
  const group = textOr(read('resourceGroup', isElsewhere ? '' : (scope.groupName ?? '')), 'resourceGroup');
  if (/^microsoft\.resources\/(?:subscriptions\/)?resourcegroups$/i.test(type)) {
    if (subscription === '')
      throw new TemplateError('resource groups stand in a subscription, and none is named');
    return `/subscriptions/${subscription}/resourceGroups/${name.split('/').at(-1)}`;
  }
  if (group !== '') return `/subscriptions/${subscription}/resourceGroups/${group}${own}`;
  if (isElsewhere) return `/subscriptions/${subscription}${own}`;
  if (tenantTypes.test(type)) return own;
  return scope.id + own;
}

/** `scope`: `/`, a whole id, an id without its beginning, or the name of a management group with its type. */
function scoped(given: string, own: string, scope: DeploymentScope): string {
  if (given === '/') return own;
  if (given.startsWith('/')) return given.replace(/\/$/, '') + own;
  const segments = given.split('/');
  if (segments.length < 3) throw new TemplateError(`the scope '${given}' is not valid`);
  const [namespace = '', ...rest] = segments;
  const isManagementGroup = /^microsoft\.management$/i.test(namespace);
  return `${isManagementGroup ? '' : scope.id}/providers/${namespace}/${rest.join('/')}${own}`;
}

function textOr(value: Json, member: string): string {
  if (typeof value === 'string') return value;
  throw new TemplateError(`the member '${member}' must be a string`);
}
