import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { TestEstate } from './estate.ts';

const schema = 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#';

/** A fleet with a member, its network with Bastion, an identity and a role, as Bicep compiles them. */
const fleet = {
  $schema: schema,
  languageVersion: '2.0',
  contentVersion: '1.0.0.0',
  metadata: { _generator: { name: 'bicep', version: '0.36.1', templateHash: '1' } },
  definitions: { region: { type: 'string', minLength: 3 } },
  parameters: {
    location: { $ref: '#/definitions/region', defaultValue: '[resourceGroup().location]' },
    name: { type: 'string' },
    principal: { type: 'securestring' },
  },
  variables: { subnets: ['agents', 'AzureBastionSubnet'] },
  resources: {
    network: {
      type: 'Microsoft.Network/virtualNetworks',
      apiVersion: '2024-05-01',
      name: "[format('{0}-net', parameters('name'))]",
      location: "[parameters('location')]",
      properties: {
        addressSpace: { addressPrefixes: ['10.0.0.0/16'] },
        copy: [
          {
            name: 'subnets',
            count: "[length(variables('subnets'))]",
            input: {
              name: "[variables('subnets')[copyIndex('subnets')]]",
              properties: { addressPrefix: "[cidrSubnet('10.0.0.0/16', 24, copyIndex('subnets'))]" },
            },
          },
        ],
      },
    },
    address: {
      type: 'Microsoft.Network/publicIPAddresses',
      apiVersion: '2024-05-01',
      name: 'bastion-ip',
      location: "[parameters('location')]",
      sku: { name: 'Standard' },
      properties: { publicIPAllocationMethod: 'Static' },
    },
    bastion: {
      type: 'Microsoft.Network/bastionHosts',
      apiVersion: '2024-05-01',
      name: 'bastion',
      location: "[parameters('location')]",
      sku: { name: 'Standard' },
      properties: {
        enableTunneling: true,
        ipConfigurations: [
          {
            name: 'ip',
            properties: {
              publicIPAddress: { id: "[resourceId('Microsoft.Network/publicIPAddresses', 'bastion-ip')]" },
              subnet: {
                id: "[resourceId('Microsoft.Network/virtualNetworks/subnets', format('{0}-net', parameters('name')), 'AzureBastionSubnet')]",
              },
            },
          },
        ],
      },
      dependsOn: ['address', 'network'],
    },
    fleet: {
      type: 'Microsoft.ContainerService/fleets',
      apiVersion: '2025-03-01',
      name: "[parameters('name')]",
      location: "[parameters('location')]",
      properties: {},
    },
    cluster: {
      type: 'Microsoft.ContainerService/managedClusters',
      apiVersion: '2025-05-01',
      name: 'member-1',
      location: "[parameters('location')]",
      identity: { type: 'SystemAssigned' },
      properties: {
        dnsPrefix: 'member-1',
        agentPoolProfiles: [{ name: 'pool', count: 1, vmSize: 'Standard_D2s_v3', mode: 'System' }],
      },
    },
    member: {
      type: 'Microsoft.ContainerService/fleets/members',
      apiVersion: '2025-03-01',
      name: "[format('{0}/{1}', parameters('name'), 'member-1')]",
      properties: {
        clusterResourceId: "[resourceId('Microsoft.ContainerService/managedClusters', 'member-1')]",
      },
      dependsOn: ['cluster', 'fleet'],
    },
    role: {
      type: 'Microsoft.Authorization/roleAssignments',
      apiVersion: '2022-04-01',
      scope: "[resourceId('Microsoft.ContainerService/fleets', parameters('name'))]",
      name: "[guid(resourceId('Microsoft.ContainerService/fleets', parameters('name')), parameters('principal'))]",
      properties: {
        roleDefinitionId:
          "[subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'acdd72a7-3385-48ef-bd42-f606fba81ae7')]",
        principalId: "[parameters('principal')]",
        principalType: 'User',
      },
      dependsOn: ['fleet'],
    },
  },
  outputs: {
    kubernetes: { type: 'string', value: "[reference('cluster').currentKubernetesVersion]" },
    principal: { type: 'string', value: "[reference('cluster', '2025-05-01', 'full').identity.principalId]" },
  },
};

test('az deploys a fleet with its member, Bastion and a role from a template that Bicep compiled', async () => {
  await using estate = await TestEstate.start();
  const file = join(estate.home, 'main.json');
  const values = join(estate.home, 'values.json');
  await writeFile(file, `// compiled\n${JSON.stringify(fleet)}`);
  await writeFile(values, JSON.stringify({ parameters: { name: { value: 'replaced' } } }));
  await estate.succeeds('az group create -n rg -l eastus -o none');
  const principal = (await estate.succeeds('az ad signed-in-user show --query id -o tsv')).stdout.trim();
  const given = `-g rg -f ${file} -p @${values} -p name=hub principal=${principal}`;
  const told = await estate.succeeds(`az deployment group what-if ${given}`);
  assert.match(told.stdout, /\+ Microsoft\.ContainerService\/fleets\/hub \[2025-03-01\]/);
  assert.match(told.stdout, /Resource changes: 7 to create\.\n$/);
  const made = JSON.parse((await estate.succeeds(`az deployment group create ${given} -o json`)).stdout);
  assert.equal(made.name, 'main');
  assert.equal(made.properties.provisioningState, 'Succeeded');
  assert.match(made.properties.outputs.kubernetes.value, /^1\.\d+\.\d+$/);
  assert.deepEqual(made.properties.parameters.principal, { type: 'SecureString' });
  const member = await estate.succeeds(
    'az fleet member show -g rg -f hub -n member-1 --query provisioningState -o tsv',
  );
  assert.equal(member.stdout, 'Succeeded\n');
  const again = await estate.succeeds(`az deployment group create ${given} --name second -o table`);
  assert.match(again.stdout, /^Name +State +Timestamp +Mode +ResourceGroup\n.*\nsecond +Succeeded/);
  const operations = await estate.succeeds(
    'az deployment operation group list -g rg -n main --query "length(@)" -o tsv',
  );
  assert.equal(operations.stdout, '7\n');
  const exported = JSON.parse((await estate.succeeds('az deployment group export -g rg -n main')).stdout);
  assert.equal(exported.languageVersion, '2.0');
  await estate.succeeds('az deployment group delete -g rg -n second');
  const left = await estate.succeeds("az deployment group list -g rg --query '[].name' -o tsv");
  assert.equal(left.stdout, 'main\n');

  for (const [words, reason] of [
    ['create -g rg -f main.bicep', "Bicep files cannot be compiled here. Run 'bicep build main.bicep'"],
    [
      `create -g rg -f ${file} -p nope=1`,
      "unrecognized template parameter 'nope'. Allowed parameters: location, name, principal",
    ],
    [`validate -g rg -f ${file} --no-prompt`, '(InvalidTemplate) Deployment template validation failed'],
    ['show -g rg -n none', "(DeploymentNotFound) Deployment 'none' could not be found."],
  ] as const) {
    const { code, stderr } = await estate.script(`az deployment group ${words}`);
    assert.notEqual(code, 0, words);
    assert.ok(stderr.includes(reason), `${words}: ${stderr}`);
  }
});
