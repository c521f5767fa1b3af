import { isObject, type JsonObject } from '../../../../../base/index.ts';
import type { Call, Flags } from '../../../declaration.ts';
import { getResource, pathOf } from '../../../declare/verbs.ts';
import { clusterMeshProfile, meshMember } from '../noun.ts';

/** Printed before every command of the group. */
export const meshNotice =
  "Command group 'fleet clustermeshprofile' is in preview and under development. Reference and support levels: https://aka.ms/CLI_refstatus";

/** Members to which the profile was applied, as the service sends them. */
export async function appliedMembers(call: Call<Flags>): Promise<JsonObject[]> {
  return membersBy(call, `clusterMeshProfile eq ${String(call.flags['name'])}`);
}

/** Members that the selector of the profile names now. */
export async function selectedMembers(call: Call<Flags>): Promise<JsonObject[]> {
  const profile = await getResource(clusterMeshProfile, call);
  const properties = isObject(profile['properties']) ? profile['properties'] : {};
  const selector = isObject(properties['memberSelector']) ? properties['memberSelector'] : {};
  const conditions = String(selector['byLabel'] ?? '').split(',');
  return (await membersBy(call)).filter((one) => conditions.every((condition) => fits(one, condition)));
}

function fits(member: JsonObject, condition: string): boolean {
  const [, name = '', operator = '', value = ''] =
    /^\s*([^=!\s]+)\s*(==|=|!=)\s*(\S*)\s*$/.exec(condition) ?? [];
  const properties = isObject(member['properties']) ? member['properties'] : {};
  const labels = isObject(properties['labels']) ? properties['labels'] : {};
  return (labels[name] === value) === (operator !== '!=');
}

function membersBy(call: Call<Flags>, filter?: string): Promise<JsonObject[]> {
  const path = pathOf({ path: meshMember.path.replace(/\/\{name\}$/, '') }, call);
  const query = filter === undefined ? {} : { $filter: filter };
  return call.session.arm.list(path, meshMember.apiVersion, query);
}
