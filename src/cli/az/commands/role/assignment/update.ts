import { isObject, type JsonObject } from '../../../../../base/index.ts';
import { defineCommand } from '../../../declaration.ts';
import { required } from '../../../declare/flags.ts';
import { AzError } from '../../../errors.ts';
import { jsonObject } from '../../../http/arm-call.ts';
import { assignmentsPath, presentAssignment } from '../../../role/assignments.ts';
import { assignmentsApiVersion } from '../../../role/definitions.ts';
import { readDescription } from '../../../role/description.ts';

const kept = [
  'roleDefinitionId',
  'principalId',
  'principalType',
  'description',
  'condition',
  'conditionVersion',
];

/** `az role assignment update`. */
export const command = defineCommand({
  words: 'role assignment update',
  summary: 'Change the description or condition of a role assignment.',
  flags: {
    assignment: required('--role-assignment', 'The role assignment as JSON, or a file that holds it.'),
  },
  async run({ flags, session, context }) {
    const wanted = readDescription(flags.assignment, context, '--role-assignment must be a JSON object.');
    const { scope, name } = wanted;
    if (typeof scope !== 'string' || typeof name !== 'string' || scope === '' || name === '') {
      throw new AzError("'scope' and 'name' are required in the role assignment JSON.");
    }
    const path = `${assignmentsPath(scope)}/${name}`;
    const current = await session.arm.get(path, assignmentsApiVersion);
    const before = isObject(current['properties']) ? current['properties'] : {};
    if (isVersion(before['conditionVersion'], '2.') && isVersion(wanted['conditionVersion'], '1.')) {
      throw new AzError("Condition version cannot be downgraded to '1.X'.");
    }
    const properties: JsonObject = Object.fromEntries(
      kept.map((key) => [key, wanted[key] ?? before[key]]).filter(([, value]) => value !== null),
    );
    const answer = await session.arm.send({
      ...{ method: 'PUT', path, apiVersion: assignmentsApiVersion },
      body: { properties },
    });
    return presentAssignment(jsonObject(answer));
  },
});

function isVersion(value: unknown, start: string): boolean {
  return typeof value === 'string' && value.startsWith(start);
}
