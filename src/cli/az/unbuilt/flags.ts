/** Flags that az has and Drydock has not, of commands that are there; az 2.91 and its extensions. */
export const unbuiltFlags: Readonly<Record<string, string>> = {
  'ad app create':
    '--app-roles --enable-access-token-issuance --enable-id-token-issuance --end-date --is-fallback-public-client --key-display-name --key-type --key-usage --requested-access-token-version --required-resource-accesses --service-management-reference --start-date --web-home-page-url',
  'ad app credential reset': '--cert --create-cert --keyvault',
  'ad sp create-for-rbac':
    '--cert --create-cert --create-password --keyvault --service-management-reference --skip-assignment',
  'ad sp credential reset': '--cert --create-cert --keyvault',
  'aks create':
    '--aci-subnet-name --acns-advanced-networkpolicies --acns-datapath-acceleration-mode --acns-transit-encryption-type --aks-custom-headers --ampls-resource-id --apiserver-subnet-id --app-routing-default-nginx-controller --appgw-id --appgw-name --appgw-subnet-cidr --appgw-subnet-id --appgw-watch-namespace --assign-kubelet-identity --attach-acr --auto-upgrade-channel --azure-keyvault-kms-key-id --azure-keyvault-kms-key-vault-network-access --azure-keyvault-kms-key-vault-resource-id --azure-monitor-workspace-resource-id --bootstrap-artifact-source --bootstrap-container-registry-resource-id --cluster-autoscaler-profile --container-storage-version --crg-id --custom-ca-trust-certificates --data-collection-settings --defender-config --disable-acns-observability --disable-acns-security --disable-disk-driver --disable-file-driver --disable-opentelemetry-logs-traces --disable-opentelemetry-metrics --disable-prometheus-metrics-scraping --disable-public-fqdn --disable-rbac --disable-run-command --disable-snapshot-controller --docker-bridge-address --edge-zone --enable-acns --enable-addons --enable-ahub --enable-ai-toolchain-operator --enable-apiserver-vnet-integration --enable-app-routing --enable-app-routing-istio --enable-azure-container-storage --enable-azure-keyvault-kms --enable-azure-monitor-app-monitoring --enable-azure-monitor-logs --enable-azure-monitor-metrics --enable-azure-service-mesh --enable-blob-driver --enable-container-network-logs --enable-control-plane-metrics --enable-cost-analysis --enable-defender --enable-encryption-at-host --enable-fips-image --enable-gateway-api --enable-high-log-scale-mode --enable-hosted-system --enable-image-cleaner --enable-keda --enable-msi-auth-for-monitoring --enable-node-public-ip --enable-opentelemetry-logs-traces --enable-opentelemetry-metrics --enable-prometheus-metrics-scraping --enable-secret-rotation --enable-secure-boot --enable-sgxquotehelper --enable-static-egress-gateway --enable-syslog --enable-ultra-ssd --enable-upstream-kubescheduler-user-configuration --enable-vpa --enable-vtpm --enable-windows-gmsa --enable-windows-recording-rules --enable-workload-identity --ephemeral-disk-nvme-perf-tier --ephemeral-disk-volume-type --fqdn-subdomain --gmsa-dns-server --gmsa-root-domain-name --gpu-instance-profile --grafana-resource-id --host-group-id --http-proxy-config --if-match --if-none-match --image-cleaner-interval-hours --ip-families --k8s-support-plan --ksm-metric-annotations-allow-list --ksm-metric-labels-allow-list --kubelet-config --linux-os-config --load-balancer-backend-pool-type --load-balancer-idle-timeout --load-balancer-managed-outbound-ip-count --load-balancer-managed-outbound-ipv6-count --load-balancer-outbound-ip-prefixes --load-balancer-outbound-ips --load-balancer-outbound-ports --message-of-the-day --nat-gateway-idle-timeout --nat-gateway-managed-outbound-ip-count --nat-gateway-managed-outbound-ipv6-count --nat-gateway-outbound-ip-ids --nat-gateway-outbound-ip-prefix-ids --nat-gateway-sku --network-dataplane --network-plugin-mode --node-os-upgrade-channel --node-osdisk-diskencryptionset-id --node-osdisk-size --node-osdisk-type --node-provisioning-default-pools --node-provisioning-mode --node-public-ip-prefix-id --node-public-ip-tags --node-subnet-id --nodepool-allowed-host-ports --nodepool-asg-ids --nodepool-tags --nrg-lockdown-restriction-level --opentelemetry-logs-traces-port-grpc --opentelemetry-logs-traces-port-http --opentelemetry-metrics-port-grpc --opentelemetry-metrics-port-http --pod-cidrs --pod-ip-allocation-mode --pod-subnet-id --ppg --private-dns-zone --revision --rotation-poll-interval --service-cidrs --service-principal --skip-subnet-role-assignment --sku --snapshot-id --storage-pool-name --storage-pool-option --storage-pool-size --storage-pool-sku --syslog-port --system-node-subnet-id --vm-set-type --vm-sizes --windows-admin-password --windows-admin-username --workload-runtime --workspace-resource-id --zones',
  'aks delete': '--if-match --if-none-match',
  'aks install-cli': '--base-src-url --gh-token --kubelogin-base-src-url --kubelogin-install-location',
  'aks nodepool delete': '--if-match --ignore-pdb',
  'aks nodepool start': '--aks-custom-headers',
  'aks nodepool stop': '--aks-custom-headers',
  'aks nodepool update':
    '--aks-custom-headers --allowed-host-ports --asg-ids --disable-artifact-streaming --disable-fips-image --disable-secure-boot --disable-vtpm --enable-artifact-streaming --enable-fips-image --enable-managed-dranet --enable-secure-boot --enable-vtpm --gpu-driver --if-match --if-none-match --localdns-config --os-sku --scale-down-mode',
  'aks nodepool upgrade': '--aks-custom-headers --if-match --if-none-match --snapshot-id',
  'aks upgrade':
    '--disable-force-upgrade --enable-force-upgrade --if-match --if-none-match --k8s-support-plan --tier --upgrade-override-until',
  'aksarc create':
    '--arc-gateway-resource-id --enable-ai-toolchain-operator --enable-oidc-issuer --enable-workload-identity',
  'aksarc update': '--enable-oidc-issuer --enable-workload-identity',
  'cloud set': '--profile',
  'connectedk8s connect':
    '--azure-hybrid-benefit --container-log-path --correlation-id --custom-ca-cert --custom-locations-oid --disable-auto-upgrade --distribution-version --enable-oidc-issuer --enable-private-link --enable-workload-identity --gateway-resource-id --onboarding-timeout --pls-arm-id --private-link-scope-resource-id --proxy-cert --proxy-http --proxy-https --proxy-skip-range --self-hosted-issuer',
  'connectedk8s update':
    '--auto-upgrade --container-log-path --custom-ca-cert --disable-gateway --disable-proxy --disable-workload-identity --enable-oidc-issuer --enable-workload-identity --gateway-resource-id --proxy-cert --proxy-http --proxy-https --proxy-skip-range --self-hosted-issuer',
  'config get': '--local',
  'config set': '--local',
  'config unset': '--local',
  configure: '--scope',
  'deployment group create':
    '--aux-subs --aux-tenants --proceed-if-no-change --query-string --rollback-on-error --template-spec --template-uri --validation-level',
  'deployment group validate':
    '--aux-subs --aux-tenants --proceed-if-no-change --query-string --rollback-on-error --template-spec --template-uri --validation-level',
  'deployment group what-if':
    '--aux-subs --aux-tenants --proceed-if-no-change --query-string --rollback-on-error --template-spec --template-uri --validation-level',
  'deployment mg create':
    '--aux-subs --aux-tenants --proceed-if-no-change --query-string --rollback-on-error --template-spec --template-uri --validation-level',
  'deployment mg validate':
    '--aux-subs --aux-tenants --proceed-if-no-change --query-string --rollback-on-error --template-spec --template-uri --validation-level',
  'deployment mg what-if':
    '--aux-subs --aux-tenants --proceed-if-no-change --query-string --rollback-on-error --template-spec --template-uri --validation-level',
  'deployment sub create':
    '--aux-subs --aux-tenants --proceed-if-no-change --query-string --rollback-on-error --template-spec --template-uri --validation-level',
  'deployment sub validate':
    '--aux-subs --aux-tenants --proceed-if-no-change --query-string --rollback-on-error --template-spec --template-uri --validation-level',
  'deployment sub what-if':
    '--aux-subs --aux-tenants --proceed-if-no-change --query-string --rollback-on-error --template-spec --template-uri --validation-level',
  'deployment tenant create':
    '--aux-subs --aux-tenants --proceed-if-no-change --query-string --rollback-on-error --template-spec --template-uri --validation-level',
  'deployment tenant validate':
    '--aux-subs --aux-tenants --proceed-if-no-change --query-string --rollback-on-error --template-spec --template-uri --validation-level',
  'deployment tenant what-if':
    '--aux-subs --aux-tenants --proceed-if-no-change --query-string --rollback-on-error --template-spec --template-uri --validation-level',
  'extension add': '--index-url --pip-extra-index-urls --pip-proxy --source --system',
  'extension update': '--index-url --pip-extra-index-urls --pip-proxy',
  'group delete': '--force-deletion-types',
  'identity create': '--isolation-scope --resource-restriction',
  'identity list': '--max-items --next-token',
  login: '--client-assertion --use-cert-sn-issuer',
  'network public-ip create':
    '--ddos-custom-policy --ddos-protection-plan --edge-zone --first-party-service-tag-id --ip-address --ip-tags --protection-mode --public-ip-prefix',
  'network public-ip delete': '--no-wait',
  'network public-ip list': '--max-items --next-token',
  'network public-ip show': '--expand',
  'network public-ip update':
    '--ddos-custom-policy --ddos-protection-mode --ddos-protection-plan --first-party-service-tag-id --ip-tags --no-wait --protection-mode --public-ip-prefix --reverse-fqdn --sku --version',
  'network vnet create':
    '--bgp-community --ddos-protection-plan --edge-zone --ipam-allocations --ipam-pool-prefix-allocations --summarized-gateway-prefixes',
  'network vnet list': '--max-items --next-token',
  'network vnet peering create': '--enable-only-ipv6 --local-subnet-names --remote-subnet-names',
  'network vnet peering update':
    '--enable-only-ipv6 --local-subnet-names --remote-subnet-names --sync-remote',
  'network vnet peering list': '--max-items --next-token',
  'network vnet show': '--expand',
  'network vnet subnet create':
    '--disable-private-endpoint-network-policies --disable-private-link-service-network-policies --endpoints --ipam-allocations --ipam-pool-prefix-allocations --service-endpoint-policy',
  'network vnet subnet list': '--max-items --next-token',
  'network vnet subnet show': '--expand',
  'network vnet subnet update':
    '--disable-private-endpoint-network-policies --disable-private-link-service-network-policies --endpoints --ipam-allocations --ipam-pool-prefix-allocations --service-endpoint-policy',
  'network vnet subnet wait': '--expand',
  'network vnet update':
    '--bgp-community --ddos-protection-plan --ipam-allocations --ipam-pool-prefix-allocations --summarized-gateway-prefixes',
  'network vnet wait': '--expand',
  'provider register': '--consent-to-permissions',
};
