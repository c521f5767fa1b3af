import {
  ArmError,
  compileFilter,
  type ListCall,
  parentId,
  type ResourceDraft,
  type ResourceRecord,
  type ResourceType,
  type ResourceWrite,
  resourceManagerVersions,
  sameId,
} from '../../../arm/index.ts';
import type { JsonObject } from '../../../base/index.ts';
import { templateHash } from '../../../template/index.ts';
import { openDeployment } from './open.ts';
import { preflight, writtenOf } from './preflight.ts';
import { dependenciesShown, providersOf } from './present.ts';
import { readRequest, scopeOf } from './request.ts';
import { type DeploymentSettings, deploymentLimits } from './settings.ts';
import { keptWork, type Step, workOf } from './work.ts';

export const deploymentVersions = ['2026-06-01', ...resourceManagerVersions];
export const lowestDeploymentVersion = '2015-11-01';

/**
 * Microsoft.Resources/deployments, at groups, subscriptions and the tenant: a template, and how far it has been carried out.
 * Source: https://learn.microsoft.com/rest/api/resources/deployments
 */
export function deployments(settings: DeploymentSettings): ResourceType {
  return {
    namespace: 'Microsoft.Resources',
    type: 'deployments',
    apiVersions: deploymentVersions,
    lowestApiVersion: lowestDeploymentVersion,
    scope: 'extension',
    name: {
      pattern: /^[\w\-.()]{1,64}$/,
      code: 'InvalidDeploymentName',
      rule: '1 to 64 letters, digits, underscores, hyphens, periods and parentheses',
    },
    lifecycle: 'converged',
    deletion: 'immediate',
    createState: 'Accepted',
    statuses: { delete: 204 },
    systemData: false,
    relaxedJson: true,
    asksItself: true,
    verbs: ['get', 'list', 'put', 'delete'],
    busy: stillActive,
    notFound: (id) =>
      new ArmError(
        404,
        'DeploymentNotFound',
        `Deployment '${id.slice(id.lastIndexOf('/') + 1)}' could not be found.`,
      ),
    prepare: (write) => prepare(write, settings),
    list,
    actions: {
      cancel: {
        async run({ record, update }) {
          if (record.operation === undefined) throw notCancelable(record);
          await update((current) =>
            current.operation === undefined
              ? undefined
              : { ...current, internal: keptWork({ ...workOf(current), isCanceled: true }) },
          );
          return null;
        },
      },
      exportTemplate: { run: async ({ record }) => ({ template: workOf(record).template }) },
      listOutputsWithSecureValues: {
        run: async ({ record }) => {
          const { outputs } = record.properties;
          const shown =
            typeof outputs === 'object' && outputs !== null && !Array.isArray(outputs) ? outputs : {};
          return { ...shown, ...workOf(record).secrets };
        },
      },
    },
  };
}

function stillActive(record: ResourceRecord): ArmError {
  const { startedAtMs } = workOf(record);
  const time = (ms: number) => new Date(ms).toISOString();
  return new ArmError(
    409,
    'DeploymentActive',
    `Unable to edit or replace deployment '${record.name}': previous deployment from '${time(startedAtMs)}' is still active (expiration time is ` +
      `'${time(startedAtMs + deploymentLimits.runMs)}'). Please see https://aka.ms/arm-deployment-active for usage details.`,
  );
}

function notCancelable({ name, provisioningState }: ResourceRecord): ArmError {
  return new ArmError(
    409,
    'DeploymentCannotBeCancelled',
    `The deployment '${name}' cannot be cancelled because it is in the provisioning state '${provisioningState}'.`,
  );
}

/** Deployments of the scope itself; those of scopes below have lists of their own. */
function list({ records, scope, query }: ListCall): readonly ResourceRecord[] {
  const filter = query.get('$filter');
  const state = /^\s*provisioningState\s+eq\s+'(\w+)'\s*$/i.exec(filter ?? '')?.[1]?.toLowerCase();
  const matches =
    state === undefined
      ? compileFilter(filter)
      : (one: ResourceRecord) => one.provisioningState.toLowerCase() === state;
  return records
    .filter((record) => sameId(parentId(record.id), scope) && matches(record))
    .sort((a, b) => b.systemData.lastModifiedAt.localeCompare(a.systemData.lastModifiedAt));
}

async function prepare(write: ResourceWrite, settings: DeploymentSettings): Promise<ResourceDraft> {
  const { id, name, body, caller, context, stored, correlationId } = write;
  const scope = scopeOf(id);
  if (!scope)
    throw new ArmError(
      400,
      'InvalidDeployment',
      `Nothing can be deployed at the scope of '${parentId(id)}'.`,
    );
  const request = readRequest(name, body, scope);
  refuseMoved(name, request.location, stored);
  const opening = { ...request, id, name, caller, environment: settings.environment() };
  const opened = await openDeployment(opening, context);
  await preflight(opened, { name, caller, calls: settings.calls(), correlationId });
  const steps = opened.plan
    .filter(({ condition }) => condition)
    .map(
      (one): Step => ({
        key: one.key,
        id: one.id,
        state: 'Waiting',
        ...(one.isExisting && { isRead: true }),
        operationId: context.random.uuid().replaceAll('-', '').slice(0, 16).toUpperCase(),
      }),
    );
  const nowMs = context.clock.now();
  const properties: JsonObject = {
    templateHash: templateHash(request.template).templateHash,
    parameters: opened.template.shownParameters(),
    mode: request.mode,
    ...(request.debugSetting && { debugSetting: request.debugSetting }),
    timestamp: new Date(nowMs).toISOString(),
    duration: 'PT0S',
    correlationId,
    providers: providersOf(opened.plan),
    dependencies: dependenciesShown(opened.plan),
    validatedResources: writtenOf(opened.plan).map((one) => ({ id: one.id })),
  };
  const internal = keptWork({
    template: request.template,
    values: opened.template.parameters,
    caller,
    correlationId,
    startedAtMs: nowMs,
    steps,
    isCanceled: false,
    isCleaning: false,
    secrets: {},
  });
  const oldest = stored ? undefined : await oldestOf(write);
  return {
    properties,
    internal,
    provisioningState: 'Accepted',
    ...(request.location !== undefined && { location: request.location.toLowerCase().replaceAll(' ', '') }),
    ...(oldest && { related: [{ delete: oldest.id }] }),
  };
}

function refuseMoved(name: string, location: string | undefined, stored: ResourceRecord | undefined): void {
  if (stored?.location === undefined || location?.toLowerCase().replaceAll(' ', '') === stored.location)
    return;
  throw new ArmError(
    409,
    'InvalidDeploymentLocation',
    `Invalid deployment location '${location}'. The deployment '${name}' already exists in location '${stored.location}'.`,
  );
}

/** What goes for a new one when its scope is full. Throws DeploymentQuotaExceeded when all are still running. */
async function oldestOf({ id, name, context }: ResourceWrite): Promise<ResourceRecord | undefined> {
  const scope = parentId(id);
  const all = await context.records.list(scope, 'Microsoft.Resources/deployments');
  const own = all.filter((record) => sameId(parentId(record.id), scope));
  if (own.length < deploymentLimits.perScope) return undefined;
  const [oldest] = own
    .filter(({ operation }) => operation === undefined)
    .sort((a, b) => a.systemData.lastModifiedAt.localeCompare(b.systemData.lastModifiedAt));
  if (oldest) return oldest;
  throw new ArmError(
    409,
    'DeploymentQuotaExceeded',
    `Creating the deployment '${name}' would exceed the quota of '${deploymentLimits.perScope}'. The current deployment count is '${own.length}'. ` +
      'Please delete some deployments before creating a new one, or see https://aka.ms/800LimitFix for information on managing deployment limits.',
  );
}
