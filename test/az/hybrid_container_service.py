"""Drives a provisioned cluster instance with azure-mgmt-hybridcontainerservice and its own poller."""

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
kubeconfig = client.provisioned_cluster_instances.begin_list_admin_kubeconfig(connected, polling_interval=1).result()
assert kubeconfig.properties.kubeconfigs[0].value, kubeconfig
versions = client.get_kubernetes_versions(os.environ["CUSTOM_LOCATION"].lstrip("/"))
assert any(one.version == "1.31" for one in versions.properties.values), versions
client.provisioned_cluster_instances.begin_delete(connected, polling_interval=1).result()
assert list(client.provisioned_cluster_instances.list(connected)) == []
print("done")
