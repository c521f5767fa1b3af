# What a careful Kubernetes estate sets: a cluster with the settings that platforms are built on and a second pool, a fleet
# with a member, a strategy and a run, a template deployment, locks, a federated credential, and the data sources that
# read them. `stage` changes what can be changed in place.
variable "stage" {
  default = "one"
}
locals {
  second = var.stage != "one"
}
data "azurerm_client_config" "me" {}
data "azurerm_subscription" "here" {}
data "azurerm_kubernetes_service_versions" "offered" {
  location = "East US"
}
resource "azurerm_resource_group" "g" {
  name     = "platform"
  location = "East US"
}
resource "azurerm_virtual_network" "v" {
  name                = "net"
  location            = azurerm_resource_group.g.location
  resource_group_name = azurerm_resource_group.g.name
  address_space       = ["10.1.0.0/16"]
}
resource "azurerm_virtual_network" "other" {
  name                = "other"
  location            = azurerm_resource_group.g.location
  resource_group_name = azurerm_resource_group.g.name
  address_space       = ["10.9.0.0/16"]
}
resource "azurerm_virtual_network_peering" "out" {
  name                      = "to-other"
  resource_group_name       = azurerm_resource_group.g.name
  virtual_network_name      = azurerm_virtual_network.v.name
  remote_virtual_network_id = azurerm_virtual_network.other.id
  allow_forwarded_traffic   = local.second
}
resource "azurerm_virtual_network_peering" "back" {
  name                      = "to-net"
  resource_group_name       = azurerm_resource_group.g.name
  virtual_network_name      = azurerm_virtual_network.other.name
  remote_virtual_network_id = azurerm_virtual_network.v.id
}
resource "azurerm_subnet" "s" {
  name                 = "agents"
  resource_group_name  = azurerm_resource_group.g.name
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = ["10.1.0.0/22"]
}
resource "azurerm_network_security_group" "n" {
  name                = "nsg"
  location            = azurerm_resource_group.g.location
  resource_group_name = azurerm_resource_group.g.name
  security_rule {
    name                       = "https"
    priority                   = 100
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_port_range          = "*"
    destination_port_range     = "443"
    source_address_prefix      = "*"
    destination_address_prefix = "*"
  }
}
resource "azurerm_network_security_group" "ruled" {
  name                = "ruled"
  location            = azurerm_resource_group.g.location
  resource_group_name = azurerm_resource_group.g.name
}
resource "azurerm_network_security_rule" "ssh" {
  name                        = "ssh"
  resource_group_name         = azurerm_resource_group.g.name
  network_security_group_name = azurerm_network_security_group.ruled.name
  priority                    = local.second ? 210 : 200
  direction                   = "Inbound"
  access                      = "Deny"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_ranges     = ["22", "2222"]
  source_address_prefixes     = ["10.0.0.0/8"]
  destination_address_prefix  = "VirtualNetwork"
}
resource "azurerm_user_assigned_identity" "i" {
  name                = "ident"
  location            = azurerm_resource_group.g.location
  resource_group_name = azurerm_resource_group.g.name
}
resource "azurerm_user_assigned_identity" "kubelet" {
  name                = "kubelet"
  location            = azurerm_resource_group.g.location
  resource_group_name = azurerm_resource_group.g.name
}
resource "azurerm_federated_identity_credential" "c" {
  user_assigned_identity_id = azurerm_user_assigned_identity.i.id
  name                      = "workload"
  audience                  = ["api://AzureADTokenExchange"]
  issuer                    = azurerm_kubernetes_cluster.k.oidc_issuer_url
  subject                   = "system:serviceaccount:default:${local.second ? "app" : "web"}"
}
resource "azurerm_role_definition" "d" {
  name        = "Cluster reader"
  scope       = azurerm_resource_group.g.id
  description = "Reads clusters."
  permissions {
    actions     = ["Microsoft.ContainerService/managedClusters/read"]
    not_actions = []
  }
  assignable_scopes = [azurerm_resource_group.g.id]
}
resource "azurerm_role_assignment" "custom" {
  scope              = azurerm_resource_group.g.id
  role_definition_id = azurerm_role_definition.d.role_definition_resource_id
  principal_id       = azurerm_user_assigned_identity.i.principal_id
  description        = "Held by the workload."
}
resource "azurerm_role_assignment" "network" {
  scope                = azurerm_virtual_network.v.id
  role_definition_name = "Network Contributor"
  principal_id         = azurerm_user_assigned_identity.i.principal_id
  principal_type       = "ServicePrincipal"
}
resource "azurerm_role_assignment" "operator" {
  scope                = azurerm_user_assigned_identity.kubelet.id
  role_definition_name = "Managed Identity Operator"
  principal_id         = azurerm_user_assigned_identity.i.principal_id
}
resource "azurerm_kubernetes_cluster" "k" {
  name                              = "aks"
  location                          = azurerm_resource_group.g.location
  resource_group_name               = azurerm_resource_group.g.name
  dns_prefix                        = "aks"
  kubernetes_version                = "1.33"
  sku_tier                          = local.second ? "Standard" : "Free"
  node_resource_group               = "platform-nodes"
  automatic_upgrade_channel         = "patch"
  node_os_upgrade_channel           = "NodeImage"
  azure_policy_enabled              = true
  cost_analysis_enabled             = false
  image_cleaner_enabled             = true
  image_cleaner_interval_hours      = local.second ? 72 : 48
  local_account_disabled            = true
  oidc_issuer_enabled               = true
  workload_identity_enabled         = true
  role_based_access_control_enabled = true
  run_command_enabled               = false
  tags                              = { stage = var.stage }
  default_node_pool {
    name                         = "system"
    vm_size                      = "Standard_D4s_v5"
    type                         = "VirtualMachineScaleSets"
    auto_scaling_enabled         = true
    min_count                    = 1
    max_count                    = local.second ? 4 : 3
    max_pods                     = 60
    os_disk_size_gb              = 64
    os_disk_type                 = "Managed"
    os_sku                       = "AzureLinux"
    kubelet_disk_type            = "OS"
    only_critical_addons_enabled = true
    orchestrator_version         = "1.33"
    temporary_name_for_rotation  = "rotating"
    vnet_subnet_id               = azurerm_subnet.s.id
    zones                        = ["1", "2"]
    node_labels                  = { pool = "system" }
    tags                         = { pool = "system" }
    upgrade_settings {
      max_surge                     = "33%"
      drain_timeout_in_minutes      = 30
      node_soak_duration_in_minutes = 5
    }
    linux_os_config {
      sysctl_config {
        vm_max_map_count = 262144
      }
    }
    kubelet_config {
      cpu_manager_policy = "static"
    }
  }
  identity {
    type         = "UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.i.id]
  }
  kubelet_identity {
    client_id                 = azurerm_user_assigned_identity.kubelet.client_id
    object_id                 = azurerm_user_assigned_identity.kubelet.principal_id
    user_assigned_identity_id = azurerm_user_assigned_identity.kubelet.id
  }
  linux_profile {
    admin_username = "azureuser"
    ssh_key {
      key_data = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDQ0pGkWhy2mE5dFyJXlUzpUZlM3bDlA2vZqQ8hJk8b8Ht4cGpiDL0Xxjd9zCw0oyQ9bm9NHyTtLz8vZ0bEhZkWn0Xh5U4OK7hPFHdJmtS6zvQ5n8JyyyfX2pVXvO1Jf5wqO4bmRfgXcUSXtzv0Y7oY1kkCrTg0nW9uWcY4b9vJkLh3q2v7mB1N5r8s1yQ0pC6eRkQ2xF4uT3hV7wZ9jX5kM8nL2aB6cD0eF1gH3iJ4kL5mN6oP7qR8sT9uV0wX1yZ2aB3cD4eF5gH6iJ7kL8mN9oP0qR azureuser@example"
    }
  }
  network_profile {
    network_plugin      = "azure"
    network_plugin_mode = "overlay"
    network_policy      = "cilium"
    network_data_plane  = "cilium"
    pod_cidr            = "10.244.0.0/16"
    service_cidr        = "10.2.0.0/16"
    dns_service_ip      = "10.2.0.10"
    load_balancer_sku   = "standard"
    outbound_type       = "loadBalancer"
    load_balancer_profile {
      managed_outbound_ip_count = local.second ? 2 : 1
      idle_timeout_in_minutes   = 10
    }
  }
  api_server_access_profile {
    authorized_ip_ranges = ["198.51.100.0/24"]
  }
  azure_active_directory_role_based_access_control {
    azure_rbac_enabled = true
    tenant_id          = data.azurerm_client_config.me.tenant_id
  }
  auto_scaler_profile {
    expander                     = "least-waste"
    balance_similar_node_groups  = true
    scale_down_unneeded          = local.second ? "15m" : "5m"
    max_graceful_termination_sec = 300
  }
  workload_autoscaler_profile {
    keda_enabled                    = true
    vertical_pod_autoscaler_enabled = local.second
  }
  storage_profile {
    blob_driver_enabled = true
    file_driver_enabled = false
  }
  key_vault_secrets_provider {
    secret_rotation_enabled  = true
    secret_rotation_interval = "5m"
  }
  maintenance_window {
    allowed {
      day   = "Sunday"
      hours = [1, 2]
    }
  }
  maintenance_window_auto_upgrade {
    frequency   = "Weekly"
    interval    = 1
    duration    = local.second ? 5 : 4
    day_of_week = "Saturday"
    start_time  = "02:00"
    utc_offset  = "+01:00"
  }
  maintenance_window_node_os {
    frequency   = "RelativeMonthly"
    interval    = 1
    duration    = 4
    day_of_week = "Tuesday"
    week_index  = "First"
    start_time  = "03:00"
    utc_offset  = "+00:00"
  }
  node_provisioning_profile {
    mode = "Manual"
  }
  upgrade_override {
    force_upgrade_enabled = false
  }
  depends_on = [azurerm_role_assignment.operator, azurerm_role_assignment.network]
}
resource "azurerm_kubernetes_cluster_node_pool" "more" {
  name                  = "more"
  kubernetes_cluster_id = azurerm_kubernetes_cluster.k.id
  vm_size               = "Standard_D4ds_v5"
  mode                  = "User"
  auto_scaling_enabled  = true
  min_count             = 0
  max_count             = local.second ? 5 : 2
  max_pods              = 50
  os_disk_size_gb       = 100
  os_disk_type          = "Ephemeral"
  os_sku                = "Ubuntu"
  orchestrator_version  = "1.33"
  vnet_subnet_id        = azurerm_subnet.s.id
  zones                 = ["1", "2", "3"]
  priority              = "Spot"
  eviction_policy       = "Delete"
  spot_max_price        = -1
  node_labels           = local.second ? { "kubernetes.azure.com/scalesetpriority" = "spot", a = "c" } : { "kubernetes.azure.com/scalesetpriority" = "spot", a = "b" }
  node_taints           = ["kubernetes.azure.com/scalesetpriority=spot:NoSchedule"]
  tags                  = { stage = var.stage }
}
resource "azurerm_kubernetes_cluster_node_pool" "batch" {
  name                    = "batch"
  kubernetes_cluster_id   = azurerm_kubernetes_cluster.k.id
  vm_size                 = "Standard_D4s_v5"
  node_count              = local.second ? 2 : 1
  vnet_subnet_id          = azurerm_subnet.s.id
  host_encryption_enabled = true
  scale_down_mode         = "Deallocate"
  node_taints             = ["batch=yes:NoExecute"]
  upgrade_settings {
    max_surge                     = local.second ? "2" : "1"
    drain_timeout_in_minutes      = 10
    node_soak_duration_in_minutes = 1
  }
  # One pool of a cluster is changed at a time.
  depends_on = [azurerm_kubernetes_cluster_node_pool.more]
}
resource "azurerm_kubernetes_fleet_manager" "f" {
  name                = "fleet"
  location            = azurerm_resource_group.g.location
  resource_group_name = azurerm_resource_group.g.name
  tags                = { stage = var.stage }
}
resource "azurerm_kubernetes_fleet_member" "m" {
  name                  = "member"
  kubernetes_cluster_id = azurerm_kubernetes_cluster.k.id
  kubernetes_fleet_id   = azurerm_kubernetes_fleet_manager.f.id
  group                 = "prod"
}
resource "azurerm_kubernetes_fleet_update_strategy" "s" {
  name                        = "waves"
  kubernetes_fleet_manager_id = azurerm_kubernetes_fleet_manager.f.id
  stage {
    name = "first"
    group {
      name = "prod"
    }
    after_stage_wait_in_seconds = local.second ? 30 : 21
  }
}
resource "azurerm_kubernetes_fleet_update_run" "by_strategy" {
  name                        = "images"
  kubernetes_fleet_manager_id = azurerm_kubernetes_fleet_manager.f.id
  fleet_update_strategy_id    = azurerm_kubernetes_fleet_update_strategy.s.id
  managed_cluster_update {
    upgrade {
      type = "NodeImageOnly"
    }
    node_image_selection {
      type = "Latest"
    }
  }
  # A run that is made by a strategy shows the stages that it copied, which the provider takes for a change.
  lifecycle {
    ignore_changes = [stage]
  }
  depends_on = [azurerm_kubernetes_fleet_member.m]
}
resource "azurerm_kubernetes_fleet_update_run" "by_stages" {
  name                        = "versions"
  kubernetes_fleet_manager_id = azurerm_kubernetes_fleet_manager.f.id
  managed_cluster_update {
    upgrade {
      type               = "Full"
      kubernetes_version = "1.34.1"
    }
    node_image_selection {
      type = "Consistent"
    }
  }
  stage {
    name = "only"
    group {
      name = "prod"
    }
  }
  depends_on = [azurerm_kubernetes_fleet_member.m]
}
resource "azurerm_resource_group_template_deployment" "t" {
  name                = "by-template"
  resource_group_name = azurerm_resource_group.g.name
  deployment_mode     = "Incremental"
  tags                = { stage = var.stage }
  parameters_content  = jsonencode({ name = { value = "made-by-template" }, stage = { value = var.stage } })
  template_content = jsonencode({
    "$schema"      = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
    contentVersion = "1.0.0.0"
    parameters     = { name = { type = "string" }, stage = { type = "string" } }
    resources = [{
      type       = "Microsoft.ManagedIdentity/userAssignedIdentities"
      apiVersion = "2023-01-31"
      name       = "[parameters('name')]"
      location   = "[resourceGroup().location]"
      tags       = { stage = "[parameters('stage')]" }
    }]
    outputs = { principal = { type = "string", value = "[reference(parameters('name')).principalId]" } }
  })
}
resource "azurerm_management_lock" "keep" {
  name       = "keep"
  scope      = azurerm_network_security_group.n.id
  lock_level = "CanNotDelete"
  notes      = "Shared."
}
data "azurerm_kubernetes_cluster" "k" {
  name                = azurerm_kubernetes_cluster.k.name
  resource_group_name = azurerm_resource_group.g.name
}
data "azurerm_resource_group" "g" {
  name = azurerm_resource_group.g.name
}
data "azurerm_resources" "identities" {
  resource_group_name = azurerm_resource_group.g.name
  type                = "Microsoft.ManagedIdentity/userAssignedIdentities"
  depends_on          = [azurerm_user_assigned_identity.i, azurerm_user_assigned_identity.kubelet, azurerm_resource_group_template_deployment.t]
}
output "principal" {
  value = jsondecode(azurerm_resource_group_template_deployment.t.output_content).principal.value
}
output "identities" {
  value = length(data.azurerm_resources.identities.resources)
}
output "newest" {
  value = data.azurerm_kubernetes_service_versions.offered.latest_version
}
output "version" {
  value = data.azurerm_kubernetes_cluster.k.kubernetes_version
}
output "subscription" {
  value = data.azurerm_subscription.here.subscription_id == data.azurerm_client_config.me.subscription_id
}
