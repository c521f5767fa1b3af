import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isObject, withoutTrailingSlashes } from '../../../base/index.ts';
import { writePrivately } from '../../private-file.ts';
import { AzError } from '../errors.ts';

/** Where the estate is: the content of `drydock.json` in the profile folder. */
export interface Estate {
  /** Origin of Resource Manager, without a trailing slash. */
  readonly resourceManager: string;
  /** Origin of the sign-in service, without a trailing slash. */
  readonly login: string;
  /** Origin of Graph, without a trailing slash. */
  readonly graph: string;
  /** PEM file of the estate's own CA. */
  readonly caFile: string | undefined;
  readonly tenantId: string;
  /** Resource that Resource Manager tokens are for, with its trailing slash. */
  readonly audience: string;
  /** Name that `az cloud show` prints. */
  readonly cloudName: string;
}

const estateFile = 'drydock.json';
const defaultCloudName = 'Drydock';

/** Reads where the estate is. Throws when the folder names none. */
export function readEstate(directory: string): Estate {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(join(directory, estateFile), 'utf8'));
  } catch {
    throw new AzError(`No Drydock estate is known to ${directory}.`, {
      advice: ["Start one with 'drydock up', then run commands through 'drydock az' or 'drydock exec'."],
    });
  }
  if (!isObject(value)) throw new AzError(`${join(directory, estateFile)} is not a JSON object.`);
  const text = (key: string): string => {
    const member = value[key];
    if (typeof member !== 'string') throw new AzError(`${join(directory, estateFile)} has no '${key}'.`);
    return member;
  };
  const origin = (key: string) => withoutTrailingSlashes(text(key));
  const resourceManager = origin('resourceManager');
  return {
    resourceManager,
    login: origin('login'),
    graph: origin('graph'),
    caFile: typeof value['caFile'] === 'string' ? value['caFile'] : undefined,
    tenantId: text('tenantId'),
    audience: typeof value['audience'] === 'string' ? value['audience'] : `${resourceManager}/`,
    cloudName: typeof value['cloudName'] === 'string' ? value['cloudName'] : defaultCloudName,
  };
}

/** Writes `drydock.json`. */
export function writeEstate(directory: string, estate: Estate): void {
  writePrivately(join(directory, estateFile), `${JSON.stringify(estate, undefined, 2)}\n`);
}
