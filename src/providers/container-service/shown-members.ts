import { isAtLeastVersion } from '../../arm/index.ts';
import { isObject, type Json, type JsonObject, setMember } from '../../base/index.ts';

/** The first version whose answers have a member; `previews`: releases have not got it yet. */
interface Since {
  readonly version: string;
  readonly previews?: true;
}

/** Members of strategies, runs and gates that are younger than the type. Source: the specifications of Fleet. */
const since: Readonly<Record<string, Since>> = {
  updateStrategyId: { version: '2023-08-15-preview' },
  nodeImageSelection: { version: '2023-06-15-preview' },
  message: { version: '2023-06-15-preview' },
  customNodeImageVersions: { version: '2024-05-02-preview' },
  autoUpgradeProfileId: { version: '2025-03-01' },
  beforeGates: { version: '2025-04-01-preview' },
  afterGates: { version: '2025-04-01-preview' },
  maxConcurrency: { version: '2026-02-01-preview' },
  scheduledStartConfiguration: { version: '2026-05-01-preview', previews: true },
  scheduledStartProperties: { version: '2026-05-01-preview', previews: true },
  memberSelector: { version: '2026-06-02-preview', previews: true },
  maxAllowedFailures: { version: '2026-06-02-preview', previews: true },
  failureCount: { version: '2026-06-02-preview', previews: true },
};

/** The value without the members that `apiVersion` has not got, at every level; errors are left as they are. */
export function shownIn(apiVersion: string, value: JsonObject): JsonObject {
  const shown: JsonObject = {};
  for (const [name, member] of Object.entries(value)) {
    const rule = name !== 'error' && Object.hasOwn(since, name) ? since[name] : undefined;
    if (rule && !has(apiVersion, rule)) continue;
    if (member === undefined) continue;
    setMember(shown, name, name === 'error' ? member : shownValue(apiVersion, member));
  }
  return shown;
}

function shownValue(apiVersion: string, value: Json): Json {
  if (Array.isArray(value)) return value.map((item) => shownValue(apiVersion, item));
  return isObject(value) ? shownIn(apiVersion, value) : value;
}

function has(apiVersion: string, { version, previews }: Since): boolean {
  return isAtLeastVersion(apiVersion, version) && (!previews || apiVersion.endsWith('-preview'));
}
