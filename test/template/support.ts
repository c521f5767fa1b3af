import type { Json, JsonObject } from '../../src/base/index.ts';
import { type DeploymentScope, type Facts, Template } from '../../src/template/index.ts';

const scope: DeploymentScope = {
  kind: 'resourceGroup',
  id: '/subscriptions/s1/resourceGroups/g1',
  subscriptionId: 's1',
  groupName: 'g1',
};

export const facts: Facts = {
  nowMs: Date.UTC(2020, 3, 7, 14, 53, 14),
  newGuid: () => '00000000-0000-4000-8000-000000000001',
  deployment: () => ({ name: 'd' }),
  resourceGroup: () => ({ id: scope.id, name: 'g1', location: 'eastus' }),
  subscription: () => ({ subscriptionId: 's1' }),
  managementGroup: () => undefined,
  tenant: () => ({ tenantId: 't1' }),
  environment: () => ({ name: 'Test' }),
  deployer: () => ({ objectId: 'o1' }),
  provider: () => undefined,
};

/** A template with these sections, at a resource group. */
export function opened(sections: JsonObject, parameters: JsonObject = {}): Template {
  const schema = 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#';
  const template = { $schema: schema, contentVersion: '1.0.0.0', resources: [], ...sections };
  return new Template({ template, parameters, scope, facts });
}

const nothing = {
  reference: () => null,
  references: () => null,
  list: () => null,
};

/** What an expression gives, without its brackets. */
export function result(expression: string, sections: JsonObject = {}): Json | undefined {
  const outputs = { it: { type: 'object', nullable: true, value: `[createObject('value', ${expression})]` } };
  const { it } = opened({ outputs, ...sections }).outputs(nothing);
  return ((it as JsonObject)['value'] as JsonObject)['value'];
}
