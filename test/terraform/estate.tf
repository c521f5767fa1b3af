# What Terraform's azurerm is driven through: a network with a Bastion host, an identity with a role, clusters with a pool of
# their own, a fleet with a member. `tag` changes what can be changed in place.
variable "tag" {
  default = "one"
}
resource "azurerm_resource_group" "g" {
  name     = "tf"
  location = "East US"
  tags     = { stage = var.tag }
}
resource "azurerm_virtual_network" "v" {
  name                = "net"
  location            = azurerm_resource_group.g.location
  resource_group_name = azurerm_resource_group.g.name
  address_space       = ["10.1.0.0/16"]
  tags                = { stage = var.tag }
}
resource "azurerm_subnet" "s" {
  name                 = "agents"
  resource_group_name  = azurerm_resource_group.g.name
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = ["10.1.0.0/24"]
}
resource "azurerm_subnet" "b" {
  name                 = "AzureBastionSubnet"
  resource_group_name  = azurerm_resource_group.g.name
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = ["10.1.1.0/26"]
}
resource "azurerm_network_security_group" "n" {
  name                = "nsg"
  location            = azurerm_resource_group.g.location
  resource_group_name = azurerm_resource_group.g.name
}
resource "azurerm_subnet_network_security_group_association" "a" {
  subnet_id                 = azurerm_subnet.s.id
  network_security_group_id = azurerm_network_security_group.n.id
}
resource "azurerm_public_ip" "p" {
  name                = "ip"
  location            = azurerm_resource_group.g.location
  resource_group_name = azurerm_resource_group.g.name
  allocation_method   = "Static"
  sku                 = "Standard"
}
resource "azurerm_bastion_host" "b" {
  name                = "bastion"
  location            = azurerm_resource_group.g.location
  resource_group_name = azurerm_resource_group.g.name
  sku                 = "Standard"
  tunneling_enabled   = true
  ip_configuration {
    name                 = "conf"
    subnet_id            = azurerm_subnet.b.id
    public_ip_address_id = azurerm_public_ip.p.id
  }
}
resource "azurerm_user_assigned_identity" "i" {
  name                = "ident"
  location            = azurerm_resource_group.g.location
  resource_group_name = azurerm_resource_group.g.name
}
resource "azurerm_role_assignment" "r" {
  scope                = azurerm_subnet.s.id
  role_definition_name = "Network Contributor"
  principal_id         = azurerm_user_assigned_identity.i.principal_id
}
resource "azurerm_kubernetes_cluster" "k" {
  name                = "aks"
  location            = azurerm_resource_group.g.location
  resource_group_name = azurerm_resource_group.g.name
  dns_prefix          = "aks"
  tags                = { stage = var.tag }
  default_node_pool {
    name           = "default"
    node_count     = 1
    vm_size        = "Standard_D2s_v3"
    vnet_subnet_id = azurerm_subnet.s.id
    upgrade_settings {
      max_surge = "10%"
    }
  }
  identity {
    type         = "UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.i.id]
  }
  network_profile {
    network_plugin = "azure"
    service_cidr   = "10.2.0.0/16"
    dns_service_ip = "10.2.0.10"
  }
  node_provisioning_profile {
    mode = "Manual"
  }
  oidc_issuer_enabled       = true
  workload_identity_enabled = true
  auto_scaler_profile {
    expander = "random"
  }
}
resource "azurerm_kubernetes_fleet_manager" "f" {
  name                = "fleet"
  location            = azurerm_resource_group.g.location
  resource_group_name = azurerm_resource_group.g.name
  tags                = { stage = var.tag }
}
resource "azurerm_kubernetes_fleet_member" "m" {
  name                  = "member"
  kubernetes_cluster_id = azurerm_kubernetes_cluster.k.id
  kubernetes_fleet_id   = azurerm_kubernetes_fleet_manager.f.id
  group                 = "prod"
}
resource "azurerm_kubernetes_cluster_node_pool" "more" {
  name                  = "more"
  kubernetes_cluster_id = azurerm_kubernetes_cluster.k.id
  vm_size               = "Standard_D2s_v3"
  node_count            = var.tag == "one" ? 1 : 2
  os_sku                = "AzureLinux"
  vnet_subnet_id        = azurerm_subnet.s.id
  node_labels           = { a = "b" }
  upgrade_settings {
    max_surge = "10%"
  }
}
resource "azurerm_kubernetes_cluster" "plain" {
  name                = "plain"
  location            = azurerm_resource_group.g.location
  resource_group_name = azurerm_resource_group.g.name
  dns_prefix          = "plain"
  default_node_pool {
    name       = "default"
    node_count = 1
    vm_size    = "Standard_D2_v2"
    upgrade_settings {
      max_surge = "10%"
    }
  }
  node_provisioning_profile {
    mode = "Manual"
  }
  identity {
    type = "SystemAssigned"
  }
}
resource "azurerm_role_assignment" "acr" {
  scope                            = azurerm_resource_group.g.id
  role_definition_name             = "AcrPull"
  principal_id                     = azurerm_kubernetes_cluster.plain.kubelet_identity[0].object_id
  skip_service_principal_aad_check = true
}
