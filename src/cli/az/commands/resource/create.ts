import { isObject, type Json, type JsonObject, parseJson } from '../../../../base/index.ts';
import { defineCommand } from '../../declaration.ts';
import { location, noWait, required, text, toggle } from '../../declare/flags.ts';
import { AzError } from '../../errors.ts';
import { locationOrGroups } from '../../shape/location.ts';
import { namedResources, presentResource, resourceTarget } from './target.ts';

/** `az resource create`. */
export const command = defineCommand({
  words: 'resource create',
  summary: 'Create a resource of any type.',
  flags: {
    ...resourceTarget,
    id: text('--id', 'Resource ID.'),
    properties: required(
      '--properties -p',
      'The properties as JSON; with --is-full-object the whole resource.',
    ),
    full: toggle('--is-full-object', 'The JSON holds location, tags and so on as well.'),
    location: location(),
    noWait: noWait(),
  },
  async run({ flags, session }) {
    const target = { ...flags, ids: flags.id === undefined ? flags.ids : [flags.id] };
    const [resource] = await namedResources(session, target);
    if (!resource) throw new AzError('No resource is named.');
    const group = /\/resourceGroups\/([^/]+)/i.exec(resource.id)?.[1];
    const given = readObject(flags.properties);
    const place =
      group === undefined ? flags.location : await locationOrGroups(session, flags.location, group);
    const body: JsonObject = flags.full
      ? given
      : { properties: given, ...(place ? { location: place } : {}) };
    const { id: path, apiVersion } = resource;
    const made = await session.arm.long({ method: 'PUT', path, apiVersion, body, noWait: flags.noWait });
    return isObject(made) ? presentResource(made) : undefined;
  },
});

function readObject(text: string): JsonObject {
  let value: Json;
  try {
    value = parseJson(text);
  } catch {
    throw new AzError('--properties is not valid JSON.');
  }
  if (!isObject(value)) throw new AzError('--properties must be a JSON object.');
  return value;
}
