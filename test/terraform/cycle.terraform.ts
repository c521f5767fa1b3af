import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Workspace } from './workspace.ts';

test('azurerm makes, keeps, changes and destroys networks, clusters, pools, fleets and roles', async () => {
  await using workspace = await Workspace.open('estate.tf');
  await cycle(workspace, ['-var', 'tag=two']);
  await workspace.succeeds('destroy', '-auto-approve', '-var', 'tag=two');
});

test('azurerm makes, keeps, changes, imports and destroys a platform with all its settings', async () => {
  await using workspace = await Workspace.open('platform.tf');
  const changed = ['-var', 'stage=two'];
  await cycle(workspace, changed);
  const group = `/subscriptions/${workspace.subscriptionId}/resourceGroups/platform`;
  const service = `${group}/providers/Microsoft.ContainerService`;
  const again = {
    'azurerm_kubernetes_cluster_node_pool.more': `${service}/managedClusters/aks/agentPools/more`,
    'azurerm_kubernetes_fleet_manager.f': `${service}/fleets/fleet`,
    'azurerm_kubernetes_fleet_update_strategy.s': `${service}/fleets/fleet/updateStrategies/waves`,
  };
  for (const [address, id] of Object.entries(again)) await workspace.importAgain(address, id, ...changed);
  await workspace.succeeds('plan', '-detailed-exitcode', ...changed);
  // By itself first: the provider looks on for minutes, and each program has a limit of its own.
  await workspace.succeeds('destroy', '-auto-approve', ...changed, '-target=azurerm_role_definition.d');
  await workspace.succeeds('destroy', '-auto-approve', ...changed);
  assert.equal((await workspace.succeeds('state', 'list')).trim(), '');
});

/** Made, planned without a change, changed in place, planned without a change again. */
async function cycle(workspace: Workspace, changed: readonly string[]): Promise<void> {
  await workspace.succeeds('apply', '-auto-approve');
  await workspace.succeeds('plan', '-detailed-exitcode');
  await workspace.succeeds('apply', '-auto-approve', ...changed);
  await workspace.succeeds('plan', '-detailed-exitcode', ...changed);
}
