import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { JsonObject } from '../../src/base/index.ts';
import { type DeploymentEstate, openDeployments, template } from './deployment-estate.ts';

const networkVersion = '2024-05-01';

/** A network with a subnet and an address, as Bicep compiles it. */
const network = template({
  parameters: {
    prefix: { type: 'string', minLength: 2, metadata: { description: 'Begins all names.' } },
    location: { type: 'string', defaultValue: '[resourceGroup().location]' },
    ports: { type: 'array', defaultValue: [] },
    password: { type: 'securestring', defaultValue: 'hidden-value' },
  },
  variables: { vnet: "[format('{0}-vnet', parameters('prefix'))]" },
  resources: [
    {
      type: 'Microsoft.Network/virtualNetworks',
      apiVersion: networkVersion,
      name: "[variables('vnet')]",
      location: "[parameters('location')]",
      tags: { owner: 'me' },
      properties: { addressSpace: { addressPrefixes: ['10.0.0.0/16'] } },
    },
    {
      type: 'Microsoft.Network/virtualNetworks/subnets',
      apiVersion: networkVersion,
      name: "[format('{0}/{1}', variables('vnet'), 'one')]",
      properties: { addressPrefix: "[cidrSubnet('10.0.0.0/16', 24, 3)]" },
      dependsOn: ["[resourceId('Microsoft.Network/virtualNetworks', variables('vnet'))]"],
    },
  ],
  outputs: {
    subnet: {
      type: 'string',
      value:
        "[reference(resourceId('Microsoft.Network/virtualNetworks/subnets', variables('vnet'), 'one'), '2024-05-01').addressPrefix]",
    },
    secret: { type: 'securestring', value: "[concat(parameters('password'), '!')]" },
  },
});

const properties = (body: JsonObject) => body.properties as JsonObject;

describe('deployments', () => {
  let estate: DeploymentEstate;

  before(async () => {
    estate = await openDeployments();
  });
  after(() => estate.close());

  test('a template makes its resources in order and tells its outputs, and the same again changes nothing', async () => {
    const group = await estate.group('first');
    for (const name of ['one', 'two']) {
      const done = await estate.deploy(group, name, {
        template: network,
        parameters: { prefix: { value: 'ab' } },
      });
      assert.equal(properties(done.body).provisioningState, 'Succeeded', JSON.stringify(done.body));
      assert.deepEqual(properties(done.body).outputs, {
        subnet: { type: 'String', value: '10.0.3.0/24' },
        secret: { type: 'SecureString' },
      });
      assert.doesNotMatch(JSON.stringify(done.body), /hidden-value/);
    }
  });
});
