import {
  ArmError,
  isAtLeastVersion,
  type ResourceDraft,
  type ResourceRecord,
  type ResourceType,
  type ResourceWrite,
} from '../../../arm/index.ts';
import type { JsonObject } from '../../../base/index.ts';
import { Fields } from '../../fields.ts';
import { conform } from '../../shape.ts';
import { fleetVersions } from '../api-versions.ts';
import { aksCatalog, releasesId } from '../releases/catalog.ts';
import { fleetOf } from '../update-runs/record.ts';
import { updateName, updateStrategyType } from '../update-strategies/names.ts';
import { misfits } from '../update-strategies/shape.ts';
import { requiredPropertyMissing } from '../update-strategies/strategy.ts';
import { type Channel, channels, isOfImages, targetOf } from './channels.ts';
import { withRun } from './record.ts';
import { plannedRun, runName } from './run.ts';

/**
 * Auto-upgrade profiles: which releases members follow. When one comes out a run is made and started.
 * Source: https://learn.microsoft.com/azure/kubernetes-fleet/update-automation
 */
export const autoUpgradeProfiles: ResourceType = {
  namespace: 'Microsoft.ContainerService',
  type: 'fleets/autoUpgradeProfiles',
  apiVersions: fleetVersions.filter((version) => isAtLeastVersion(version, '2024-05-02-preview')),
  scope: 'proxy',
  name: updateName,
  lifecycle: 'immediate',
  verbs: ['get', 'list', 'put', 'delete'],
  etagMember: 'eTag',
  // A profile that makes a run is whole all the same.
  provisioningState: false,
  references: [{ path: 'properties.updateStrategyId', types: [updateStrategyType], words: [''] }],
  conform: conformProfile,
  prepare,
  present,
  actions: {
    generateUpdateRun: {
      mode: 'converged',
      async change({ record, context }) {
        const making = { name: runName(record.name, context.random), isStarted: false };
        await plannedRun(record, making, context);
        return { ...withRun(record, making), provisioningState: 'Updating' };
      },
    },
  },
};

function conformProfile(body: JsonObject): JsonObject {
  const { properties: sent } = body;
  if (sent === undefined || sent === null) return body;
  const shape = {
    channel: 'text',
    disabled: 'boolean',
    longTermSupport: 'boolean',
    nodeImageSelection: { type: 'text' },
    targetKubernetesVersion: 'text',
    updateStrategyId: 'text',
    provisioningState: 'text',
    autoUpgradeProfileStatus: {
      lastTriggerError: 'any',
      lastTriggerStatus: 'text',
      lastTriggeredAt: 'text',
      lastTriggerUpgradeVersions: ['text'],
    },
  } as const;
  return { ...body, properties: conform(sent, shape, { path: 'properties', faults: misfits }) };
}

async function prepare(write: ResourceWrite): Promise<ResourceDraft> {
  const body = new Fields(write.body['properties'], 'properties');
  const before = write.stored && new Fields(write.stored.properties);
  const channel = readChannel(body, write);
  const updateStrategyId = await readStrategyId(body, before, write);
  const targetKubernetesVersion = readTarget(body, channel, write.id);
  const image = readImageSelection(body, channel);
  const longTermSupport = body.boolean('longTermSupport') ?? false;
  if (longTermSupport && channel !== 'TargetKubernetesVersion') {
    throw body.wrong('longTermSupport', "it can be true only with the channel 'TargetKubernetesVersion'");
  }
  const status = before?.value['autoUpgradeProfileStatus'];
  const properties: JsonObject = {
    channel,
    disabled: body.boolean('disabled') ?? false,
    longTermSupport,
    ...(targetKubernetesVersion && { targetKubernetesVersion }),
    ...(image && { nodeImageSelection: { type: image } }),
    ...(updateStrategyId && { updateStrategyId }),
    ...(status !== undefined && { autoUpgradeProfileStatus: status }),
  };
  return { properties, internal: await seen(properties, before, write), unchanged: [releasesId] };
}

/** What has come out already is no reason to make a run; a change of the channel begins anew. */
async function seen(
  properties: JsonObject,
  before: Fields | undefined,
  { stored, context }: ResourceWrite,
): Promise<JsonObject> {
  const isSame = (['channel', 'targetKubernetesVersion'] as const).every(
    (name) => before?.value[name] === properties[name],
  );
  if (stored?.internal && isSame) return stored.internal;
  const target = targetOf(new Fields(properties), await aksCatalog(context.records));
  return { ...stored?.internal, seen: target ?? '' };
}

function readChannel(body: Fields, { id, apiVersion }: ResourceWrite): Channel {
  const channel = body.choice('channel', channelsIn(apiVersion));
  if (channel) return channel;
  throw requiredPropertyMissing('AutoUpgradeProfileProperties.Channel', id);
}

function channelsIn(apiVersion: string): readonly Channel[] {
  return channels.filter((channel) => {
    if (channel === 'TargetKubernetesVersion') return isAtLeastVersion(apiVersion, '2025-04-01-preview');
    if (channel !== 'SecurityPatch') return true;
    return apiVersion.endsWith('-preview') && isAtLeastVersion(apiVersion, '2026-06-02-preview');
  });
}

function readTarget(body: Fields, channel: Channel, id: string): string | undefined {
  const target = body.string('targetKubernetesVersion') || undefined;
  if (channel !== 'TargetKubernetesVersion') {
    if (target === undefined) return undefined;
    throw body.wrong(
      'targetKubernetesVersion',
      "it can be set only with the channel 'TargetKubernetesVersion'",
    );
  }
  if (target === undefined) {
    throw requiredPropertyMissing('AutoUpgradeProfileProperties.TargetKubernetesVersion', id);
  }
  if (/^1\.\d{1,3}$/.test(target)) return target;
  throw body.wrong('targetKubernetesVersion', `'${target}' is no minor version such as 1.33`);
}

function readImageSelection(body: Fields, channel: Channel): 'Latest' | 'Consistent' | undefined {
  if (!body.has('nodeImageSelection')) return undefined;
  if (isOfImages(channel)) {
    throw body.wrong('nodeImageSelection', `it must not be set with the channel '${channel}'`);
  }
  const selection = body.object('nodeImageSelection');
  const type = selection.choice('type', ['Latest', 'Consistent']);
  if (type) return type;
  throw selection.wrong('type', 'it is required: Latest or Consistent');
}

async function readStrategyId(
  body: Fields,
  before: Fields | undefined,
  { id, context }: ResourceWrite,
): Promise<string | undefined> {
  const asked = body.string('updateStrategyId') || undefined;
  const was = before?.string('updateStrategyId');
  if (before && asked?.toLowerCase() !== was?.toLowerCase()) {
    const target = 'properties.updateStrategyId';
    throw new ArmError(
      400,
      'PropertyChangeNotAllowed',
      "Changing property 'updateStrategyId' is not allowed.",
      {
        target,
      },
    );
  }
  if (asked === undefined || was !== undefined) return was;
  if (fleetOf(asked).toLowerCase() !== fleetOf(id).toLowerCase()) {
    throw body.wrong('updateStrategyId', `'${asked}' is not a strategy of the fleet of the profile`);
  }
  if (await context.records.get(asked)) return asked;
  throw new ArmError(400, 'BadRequest', `The update strategy '${asked}' was not found.`, {
    target: 'properties.updateStrategyId',
  });
}

function present(
  { properties }: ResourceRecord,
  { apiVersion }: { readonly apiVersion: string },
): JsonObject {
  const { autoUpgradeProfileStatus, longTermSupport, targetKubernetesVersion, ...rest } = properties;
  const status = new Fields(autoUpgradeProfileStatus).value;
  const { lastTriggerMessage, ...older } = status;
  const hasMessage = apiVersion.endsWith('-preview') && isAtLeastVersion(apiVersion, '2026-06-02-preview');
  return {
    ...rest,
    provisioningState: 'Succeeded',
    ...(isAtLeastVersion(apiVersion, '2025-04-01-preview') && {
      ...(longTermSupport !== undefined && { longTermSupport }),
      ...(targetKubernetesVersion !== undefined && { targetKubernetesVersion }),
    }),
    ...(isAtLeastVersion(apiVersion, '2025-03-01') && {
      autoUpgradeProfileStatus: {
        ...older,
        ...(hasMessage && lastTriggerMessage !== undefined && { lastTriggerMessage }),
      },
    }),
  };
}
