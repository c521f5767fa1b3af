"""Calls every operation for AKS Arc with azure-mgmt-hybridcontainerservice and its own poller."""

import os
import time

from azure.core.credentials import AccessToken
from azure.mgmt.hybridcontainerservice import HybridContainerServiceMgmtClient


class Signed:
    def get_token(self, *_scopes, **_options):
        return AccessToken(os.environ["TOKEN"], int(time.time()) + 600)

    def get_token_info(self, *_scopes, **_options):
        from azure.core.credentials import AccessTokenInfo

        return AccessTokenInfo(os.environ["TOKEN"], int(time.time()) + 600)


endpoint = os.environ["RESOURCE_MANAGER"]
client = HybridContainerServiceMgmtClient(
    Signed(), os.environ["SUBSCRIPTION"], base_url=endpoint, credential_scopes=[endpoint + "/.default"]
)
connected = os.environ["CONNECTED_CLUSTER"].lstrip("/")
instance = client.provisioned_cluster_instances.begin_create_or_update(
    connected,
    {
        "extendedLocation": {"type": "CustomLocation", "name": os.environ["CUSTOM_LOCATION"]},
        "properties": {
            "linuxProfile": {"ssh": {"publicKeys": [{"keyData": os.environ["SSH_KEY"]}]}},
            "controlPlane": {"count": 1, "vmSize": "Standard_A4_v2"},
            "kubernetesVersion": "1.31.10",
            "agentPoolProfiles": [{"name": "pool1", "count": 2, "vmSize": "Standard_A4_v2", "osType": "Linux"}],
            "cloudProviderProfile": {"infraNetworkProfile": {"vnetSubnetIds": [os.environ["LOGICAL_NETWORK"]]}},
        },
    },
    polling_interval=1,
).result()
assert instance.name == "default", instance.name
assert instance.properties.provisioning_state == "Succeeded", instance.properties.provisioning_state
assert [one.name for one in client.provisioned_cluster_instances.list(connected)] == ["default"]
shown = client.provisioned_cluster_instances.get(connected)
assert shown.properties.kubernetes_version == "1.31.10", shown.properties.kubernetes_version
for listed in (
    client.provisioned_cluster_instances.begin_list_admin_kubeconfig(connected, polling_interval=1).result(),
    client.provisioned_cluster_instances.begin_list_user_kubeconfig(connected, polling_interval=1).result(),
):
    assert listed.properties.kubeconfigs[0].value, listed
profile = client.provisioned_cluster_instances.get_upgrade_profile(connected)
assert profile.properties.control_plane_profile.kubernetes_version == "1.31.10", profile
upgrades = [one.kubernetes_version for one in profile.properties.control_plane_profile.upgrades]
assert any(version.startswith("1.32.") for version in upgrades), upgrades

pools = client.agent_pool
location = os.environ["CUSTOM_LOCATION"]
placed = {"type": "CustomLocation", "name": location}
body = {"extendedLocation": placed, "properties": {"count": 1, "osType": "Linux", "nodeLabels": {"a": "b"}}}
made = pools.begin_create_or_update(connected, "extra", body, polling_interval=1).result()
assert (made.name, made.properties.count, made.properties.provisioning_state) == ("extra", 1, "Succeeded"), made
body["properties"]["count"] = 2
assert pools.begin_create_or_update(connected, "extra", body, polling_interval=1).result().properties.count == 2
assert pools.get(connected, "extra").properties.node_labels == {"a": "b"}
assert sorted(one.name for one in pools.list_by_provisioned_cluster(connected)) == ["extra", "pool1"]
pools.begin_delete(connected, "extra", polling_interval=1).result()
assert [one.name for one in pools.list_by_provisioned_cluster(connected)] == ["pool1"]

metadata = client.hybrid_identity_metadata
metadata.put(connected, {"properties": {"resourceUid": "uid", "publicKey": "key"}})
assert metadata.get(connected).properties.resource_uid == "uid"
assert [one.name for one in metadata.list_by_cluster(connected)] == ["default"]
metadata.begin_delete(connected, polling_interval=1).result()
assert list(metadata.list_by_cluster(connected)) == []

scope = location.lstrip("/")
client.begin_put_kubernetes_versions(scope, {"extendedLocation": placed}, polling_interval=1).result()
versions = client.get_kubernetes_versions(scope)
assert any(one.version == "1.31" for one in versions.properties.values), versions
assert [one.name for one in client.kubernetes_versions.list(scope)] == ["default"]
client.begin_delete_kubernetes_versions(scope, polling_interval=1).result()
client.begin_put_vm_skus(scope, {"extendedLocation": placed}, polling_interval=1).result()
skus = client.get_vm_skus(scope)
assert any(one.name == "Standard_A4_v2" for one in skus.properties.values), skus
assert [one.name for one in client.vm_skus.list(scope)] == ["default"]
client.begin_delete_vm_skus(scope, polling_interval=1).result()

networks = client.virtual_networks
group = location.split("/")[4]
network = {
    "location": "eastus",
    "extendedLocation": placed,
    "properties": {"vlanID": 7, "ipAddressPrefix": "10.9.0.0/24", "gateway": "10.9.0.1"},
}
made = networks.begin_create_or_update(group, "vnet", network, polling_interval=1).result()
assert (made.name, made.properties.vlan_id) == ("vnet", 7), made
updated = networks.begin_update(group, "vnet", {"tags": {"a": "b"}}, polling_interval=1).result()
assert (updated.tags, updated.properties.vlan_id) == ({"a": "b"}, 7), updated
assert networks.retrieve(group, "vnet").properties.gateway == "10.9.0.1"
assert [one.name for one in networks.list_by_resource_group(group)] == ["vnet"]
assert [one.name for one in networks.list_by_subscription()] == ["vnet"]
networks.begin_delete(group, "vnet", polling_interval=1).result()
assert list(networks.list_by_resource_group(group)) == []

names = [one.name for one in client.operations.list()]
assert "Microsoft.HybridContainerService/provisionedClusterInstances/write" in names, names[:10]
client.provisioned_cluster_instances.begin_delete(connected, polling_interval=1).result()
assert list(client.provisioned_cluster_instances.list(connected)) == []
print("done")
