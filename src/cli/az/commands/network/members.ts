import type { Members } from '../../declare/generic-update.ts';

/** Members by the names that `az` lists them under, as one text parted by blanks. */
function members(names: string, inside: Members = {}): Members {
  return { ...Object.fromEntries(names.split(' ').map((name) => [name, null])), ...inside };
}

/** What `--set`, `--add` and `--remove` of a virtual network may name. */
export const vnetMembers = members(
  'address_space bgp_communities ddos_protection_plan default_public_nat_gateway dhcp_options ' +
    'enable_ddos_protection enable_vm_protection encryption etag extended_location flow_logs ' +
    'flow_timeout_in_minutes id ip_allocations location name private_endpoint_v_net_policies provisioning_state ' +
    'resource_guid subnets summarized_gateway_prefixes tags type virtual_network_peerings',
  { address_space: members('address_prefixes ipam_pool_prefix_allocations') },
);

/** What they may name of a subnet. */
export const subnetMembers = members(
  'address_prefix address_prefixes application_gateway_ip_configurations default_outbound_access delegations etag id ' +
    'ip_allocations ip_configuration_profiles ip_configurations ipam_pool_prefix_allocations name nat_gateway ' +
    'network_security_group private_endpoint_network_policies private_endpoints ' +
    'private_link_service_network_policies provisioning_state purpose resource_navigation_links route_table ' +
    'service_association_links service_endpoint_policies service_endpoints sharing_scope type',
);

/** What they may name of a public IP address. */
export const publicIpMembers = members(
  'ddos_settings delete_option dns_settings etag extended_location id idle_timeout_in_minutes ip_address ' +
    'ip_configuration ip_tags linked_public_ip_address location migration_phase name nat_gateway provisioning_state ' +
    'public_ip_address_version public_ip_allocation_method public_ip_prefix resource_guid ' +
    'service_public_ip_address sku tags type upgraded_to_v2 zones',
);

/** What they may name of a Bastion host. */
export const bastionMembers = members(
  'disable_copy_paste dns_name enable_file_copy enable_ip_connect enable_kerberos enable_private_only_bastion ' +
    'enable_session_recording enable_shareable_link enable_tunneling etag id ip_configurations location name ' +
    'network_acls provisioning_state scale_units sku tags type virtual_network zones',
);

/** What they may name of a peering. */
export const peeringMembers = members(
  'allow_forwarded_traffic allow_gateway_transit allow_virtual_network_access do_not_verify_remote_gateways ' +
    'enable_only_i_pv6_peering etag id local_address_space local_subnet_names local_virtual_network_address_space ' +
    'name peer_complete_vnets peering_state peering_sync_level provisioning_state remote_address_space ' +
    'remote_bgp_communities remote_subnet_names remote_virtual_network remote_virtual_network_address_space ' +
    'remote_virtual_network_encryption resource_guid type use_remote_gateways',
);
