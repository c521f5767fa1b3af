"""Both walkthroughs with the Azure SDKs for Python, and the ways in which programs sign in.

Reads RESOURCE_MANAGER, LOGIN, TENANT, SUBSCRIPTION, APPLICATION, SECRET, CERTIFICATE (a PEM file), USERNAME, PASSWORD,
CUSTOM_LOCATION, LOGICAL_NETWORK and SSH_KEY from the environment; REQUESTS_CA_BUNDLE names the CA. Prints `ok WHAT` after each
part; everything is put twice, the second time with a change.
"""
import asyncio
import base64
import html
import os
import re
import uuid

import requests
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError, ResourceNotFoundError
from azure.identity import CertificateCredential, ClientSecretCredential, DefaultAzureCredential, DeviceCodeCredential
from azure.mgmt.authorization import AuthorizationManagementClient
from azure.mgmt.containerservice import ContainerServiceClient
from azure.mgmt.containerservicefleet import ContainerServiceFleetMgmtClient
from azure.mgmt.hybridcontainerservice import HybridContainerServiceMgmtClient
from azure.mgmt.hybridkubernetes import ConnectedKubernetesClient
from azure.mgmt.msi import ManagedServiceIdentityClient
from azure.mgmt.network import NetworkManagementClient
from azure.mgmt.resource.resources import ResourceManagementClient

environment = os.environ
endpoint, login, tenant, subscription = (environment[name] for name in ("RESOURCE_MANAGER", "LOGIN", "TENANT", "SUBSCRIPTION"))
application, secret = environment["APPLICATION"], environment["SECRET"]
scope = f"{endpoint}/.default"
local = {"authority": login, "disable_instance_discovery": True}
settings = {"base_url": endpoint, "credential_scopes": [scope], "polling_interval": 1}
credential = ClientSecretCredential(tenant, application, secret, **local)
location, group = "eastus", "python-rg"


def client(kind, **more):
    return kind(credential, subscription, **settings, **more)


resources, network, kubernetes, fleets, authorization, connected, hybrid, identities = map(
    client,
    (
        ResourceManagementClient, NetworkManagementClient, ContainerServiceClient, ContainerServiceFleetMgmtClient, AuthorizationManagementClient,
        ConnectedKubernetesClient, HybridContainerServiceMgmtClient, ManagedServiceIdentityClient,
    ),
)


def names(page):
    return [one.name for one in page]


def refused(call, kind, code):
    try:
        call()
    except kind as error:
        assert code in (getattr(error.error, "code", None) if getattr(error, "error", None) else str(error)), error
        return error
    raise AssertionError("was not refused")


def fields(text):
    return {html.unescape(name): html.unescape(value) for name, value in re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', text)}


def sign_in_with_a_certificate():
    signed = CertificateCredential(tenant, application, environment["CERTIFICATE"], **local)
    for _ in range(2):
        assert ResourceManagementClient(signed, subscription, **settings).resource_groups.check_existence("missing") is False
    # The name of the subject beside the certificate is what some tenants demand.
    CertificateCredential(tenant, application, environment["CERTIFICATE"], send_certificate_chain=True, **local).get_token(scope)


def sign_in_with_a_secret():
    assert credential.get_token(scope).expires_on
    wrong = ClientSecretCredential(tenant, application, "wrong", **local)
    refused(lambda: wrong.get_token(scope), ClientAuthenticationError, "AADSTS7000215")
    unknown = ClientSecretCredential(tenant, str(uuid.uuid4()), secret, **local)
    refused(lambda: unknown.get_token(scope), ClientAuthenticationError, "AADSTS700016")


def sign_in_with_a_device_code():
    def enter(page, code, _expires):
        session = requests.Session()
        asked = session.post(page, {**fields(session.get(page).text), "user_code": code, "action": "code"})
        form = {**fields(asked.text), "action": "password", "username": environment["USERNAME"], "password": environment["PASSWORD"]}
        done = session.post(page, form)
        assert "You have signed in" in done.text, done.text

    person = DeviceCodeCredential(tenant_id=tenant, prompt_callback=enter, **local)
    record = person.authenticate(scopes=[scope])
    assert record.username == environment["USERNAME"], record.serialize()
    client_of_person = ResourceManagementClient(person, subscription, **settings)
    assert isinstance(names(client_of_person.resource_groups.list()), list)
    # Silently, with the refresh token that it has kept.
    person.get_token(scope, claims='{"access_token":{"nbf":{"essential":true}}}', enable_cae=False)


def sign_in_from_the_environment():
    os.environ.update(AZURE_TENANT_ID=tenant, AZURE_CLIENT_ID=application, AZURE_CLIENT_SECRET=secret, AZURE_AUTHORITY_HOST=login)
    default = DefaultAzureCredential(disable_instance_discovery=True, exclude_managed_identity_credential=True)
    assert default.get_token(scope).token


def a_private_hub():
    for tags in ({"a": "1"}, {"a": "2"}):
        assert resources.resource_groups.create_or_update(group, {"location": location, "tags": tags}).tags == tags
    for prefixes in (["10.1.0.0/16"], ["10.1.0.0/16", "10.9.0.0/16"]):
        net = network.virtual_networks.begin_create_or_update(
            group, "net", {"location": location, "properties": {"addressSpace": {"addressPrefixes": prefixes}, "subnets": [{"name": "agents", "properties": {"addressPrefix": "10.1.0.0/24"}}]}}
        ).result()
        assert net.address_space.address_prefixes == prefixes
    subnet = network.subnets.begin_create_or_update(group, "net", "AzureBastionSubnet", {"properties": {"addressPrefix": "10.1.1.0/26"}}).result()
    address = network.public_ip_addresses.begin_create_or_update(
        group, "ip", {"location": location, "sku": {"name": "Standard"}, "properties": {"publicIPAllocationMethod": "Static"}}
    ).result()
    for native_client in (False, True):
        bastion = network.bastion_hosts.begin_create_or_update(
            group,
            "bastion",
            {
                "location": location,
                "sku": {"name": "Standard"},
                "properties": {
                    "enableTunneling": native_client,
                    "ipConfigurations": [{"name": "ip", "properties": {"subnet": {"id": subnet.id}, "publicIPAddress": {"id": address.id}}}],
                },
            },
        ).result()
        assert bastion.enable_tunneling is native_client and bastion.dns_name
    identity = identities.user_assigned_identities.create_or_update(group, "fleet-id", {"location": location})
    assert identity.principal_id
    body = {
        "location": location,
        "identity": {"type": "UserAssigned", "userAssignedIdentities": {identity.id: {}}},
        "properties": {
            "hubProfile": {
                "dnsPrefix": "python",
                "apiServerAccessProfile": {"enablePrivateCluster": True, "enableVnetIntegration": False},
                "agentProfile": {"subnetId": net.subnets[0].id},
            }
        },
    }
    fleet = fleets.fleets.begin_create_or_update(group, "fleet", body).result()
    assert fleet.properties.provisioning_state == "Succeeded" and fleet.e_tag
    again = fleets.fleets.begin_create_or_update(group, "fleet", body | {"tags": {"b": "2"}}).result()
    assert again.tags == {"b": "2"} and again.e_tag != fleet.e_tag
    changed = fleets.fleets.begin_update(group, "fleet", {"tags": {"c": "3"}}).result()
    assert changed.tags == {"c": "3"} and names(fleets.fleets.list_by_resource_group(group)) == ["fleet"]


def members_of_the_hub():
    for count in (1, 2):
        cluster = kubernetes.managed_clusters.begin_create_or_update(
            group,
            "aks",
            {
                "location": location,
                "identity": {"type": "SystemAssigned"},
                "properties": {"dnsPrefix": "aks", "agentPoolProfiles": [{"name": "pool", "count": count, "vmSize": "Standard_D4s_v3", "mode": "System"}]},
            },
        ).result()
        assert cluster.agent_pool_profiles[0].count == count
    pool = kubernetes.agent_pools.begin_create_or_update(group, "aks", "more", {"properties": {"count": 1, "vmSize": "Standard_D2s_v3"}}).result()
    assert pool.provisioning_state == "Succeeded" and sorted(names(kubernetes.agent_pools.list(group, "aks"))) == ["more", "pool"]
    kubernetes.agent_pools.begin_delete(group, "aks", "more").result()
    user = kubernetes.managed_clusters.list_cluster_user_credentials(group, "aks").kubeconfigs[0]
    assert b"current-context" in user.value, user
    for part in ("blue", "green"):
        member = fleets.fleet_members.begin_create(group, "fleet", "aks", {"properties": {"clusterResourceId": cluster.id, "group": part}}).result()
        assert (member.properties.provisioning_state, member.properties.group) == ("Succeeded", part)
    member = fleets.fleet_members.begin_update(group, "fleet", "aks", {"properties": {"labels": {"team": "a"}}}).result()
    assert member.properties.labels["team"] == "a", member
    assert names(fleets.fleet_members.list_by_fleet(group, "fleet")) == ["aks"]
    hub = fleets.fleets.list_credentials(group, "fleet").kubeconfigs[0]
    assert b"server:" in bytes(hub.value), hub


def roles():
    fleet = fleets.fleets.get(group, "fleet")
    (role,) = authorization.role_definitions.list(fleet.id, filter="roleName eq 'Azure Kubernetes Fleet Manager RBAC Cluster Admin'")
    principal = identities.user_assigned_identities.get(group, "fleet-id").principal_id
    name = str(uuid.uuid4())
    for _ in range(2):
        made = authorization.role_assignments.create(fleet.id, name, {"properties": {"roleDefinitionId": role.id, "principalId": principal, "principalType": "ServicePrincipal"}})
        assert made.principal_id == principal
    refused(
        lambda: authorization.role_assignments.create(fleet.id, str(uuid.uuid4()), {"properties": {"roleDefinitionId": role.id, "principalId": principal, "principalType": "ServicePrincipal"}}),
        HttpResponseError,
        "RoleAssignmentExists",
    )
    assert name in names(authorization.role_assignments.list_for_scope(fleet.id, filter=f"assignedTo('{principal}')"))
    authorization.role_assignments.delete(fleet.id, name)
    assert name not in names(authorization.role_assignments.list_for_scope(fleet.id, filter="atScope()"))


def a_cluster_on_arc():
    for tags in ({"a": "1"}, {"a": "2"}):
        arc = connected.connected_cluster.begin_create_or_replace(
            group,
            "arc",
            {
                "location": location,
                "kind": "ProvisionedCluster",
                "tags": tags,
                "identity": {"type": "SystemAssigned"},
                "properties": {"agentPublicKeyCertificate": "", "distribution": "AKS", "aadProfile": {"enableAzureRBAC": True}},
            },
        ).result()
        assert (arc.tags, arc.properties.provisioning_state, arc.kind) == (tags, "Succeeded", "ProvisionedCluster")
    uri = arc.id.lstrip("/")
    for count in (1, 2):
        instance = hybrid.provisioned_cluster_instances.begin_create_or_update(
            uri,
            {
                "extendedLocation": {"type": "CustomLocation", "name": environment["CUSTOM_LOCATION"]},
                "properties": {
                    "linuxProfile": {"ssh": {"publicKeys": [{"keyData": environment["SSH_KEY"]}]}},
                    "controlPlane": {"count": 1, "vmSize": "Standard_A4_v2"},
                    "kubernetesVersion": "1.31.10",
                    "agentPoolProfiles": [{"name": "pool1", "count": count, "vmSize": "Standard_A4_v2", "osType": "Linux"}],
                    "cloudProviderProfile": {"infraNetworkProfile": {"vnetSubnetIds": [environment["LOGICAL_NETWORK"]]}},
                },
            },
        ).result()
        assert instance.properties.provisioning_state == "Succeeded"
        assert instance.properties.agent_pool_profiles[0].count == count
    extra = {"extendedLocation": {"type": "CustomLocation", "name": environment["CUSTOM_LOCATION"]}, "properties": {"count": 1, "vmSize": "Standard_A4_v2", "osType": "Linux"}}
    refused(lambda: hybrid.agent_pool.begin_create_or_update(uri, "pool2", extra), HttpResponseError, "NotImplemented")
    assert hybrid.provisioned_cluster_instances.get_upgrade_profile(uri).properties.control_plane_profile.kubernetes_version
    for listed in (hybrid.provisioned_cluster_instances.begin_list_admin_kubeconfig, hybrid.provisioned_cluster_instances.begin_list_user_kubeconfig):
        config = listed(uri).result().properties.kubeconfigs[0].value
        assert b"apiVersion" in (base64.b64decode(config) if isinstance(config, str) else bytes(config)), config
    access = connected.connected_cluster.list_cluster_user_credential(group, "arc", {"authenticationMethod": "AAD", "clientProxy": True})
    assert access.hybrid_connection_config.token and access.kubeconfigs, access
    assert [one.version for one in hybrid.get_kubernetes_versions(environment["CUSTOM_LOCATION"].lstrip("/")).properties.values]
    assert hybrid.get_vm_skus(environment["CUSTOM_LOCATION"].lstrip("/")).properties.values
    shown = connected.connected_cluster.get(group, "arc")
    assert shown.properties.connectivity_status == "Connected", shown.properties.connectivity_status
    member = fleets.fleet_members.begin_create(group, "fleet", "arc", {"properties": {"clusterResourceId": arc.id}}).result()
    assert member.properties.provisioning_state == "Succeeded"


def the_same_without_waiting():
    from azure.identity.aio import ClientSecretCredential as Credential
    from azure.mgmt.containerservicefleet.aio import ContainerServiceFleetMgmtClient as Fleets

    async def ask():
        trusted = {"connection_verify": environment["REQUESTS_CA_BUNDLE"]}
        async with Credential(tenant, application, secret, **local, **trusted) as signed:
            async with Fleets(signed, subscription, **settings, **trusted) as client:
                seen = sorted([one.name async for one in client.fleet_members.list_by_fleet(group, "fleet")])
                assert seen == ["aks", "arc"], seen
                poller = await client.fleets.begin_update(group, "fleet", {"tags": {"d": "4"}})
                assert (await poller.result()).tags == {"d": "4"}

    asyncio.run(ask())


def refusals():
    refused(lambda: fleets.fleets.get(group, "missing"), ResourceNotFoundError, "ResourceNotFound")
    refused(lambda: resources.resource_groups.get("missing"), ResourceNotFoundError, "ResourceGroupNotFound")
    refused(
        lambda: network.subnets.begin_create_or_update(group, "net", "outside", {"properties": {"addressPrefix": "10.200.0.0/24"}}),
        HttpResponseError,
        "NetcfgSubnetRangeOutsideVnet",
    )
    stale = fleets.fleets.get(group, "fleet")
    fleets.fleets.begin_update(group, "fleet", {"tags": {"e": "5"}}).result()
    from azure.core import MatchConditions

    refused(
        lambda: fleets.fleets.begin_update(group, "fleet", {"tags": {"f": "6"}}, etag=stale.e_tag, match_condition=MatchConditions.IfNotModified).result(),
        HttpResponseError,
        "",
    )


def the_end():
    fleets.fleet_members.begin_delete(group, "fleet", "arc").result()
    hybrid.provisioned_cluster_instances.begin_delete(f"subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Kubernetes/connectedClusters/arc").result()
    connected.connected_cluster.begin_delete(group, "arc").result()
    resources.resource_groups.begin_delete(group).result()
    assert resources.resource_groups.check_existence(group) is False


for part in (
    sign_in_with_a_secret, sign_in_with_a_certificate, sign_in_with_a_device_code, sign_in_from_the_environment,
    a_private_hub, members_of_the_hub, roles, a_cluster_on_arc, the_same_without_waiting, refusals, the_end,
):
    part()
    print("ok", part.__name__.replace("_", " "), flush=True)
