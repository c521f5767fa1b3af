const groups = '/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/g/providers';
const subnet = `${groups}/Microsoft.Network/virtualNetworks/v/subnets/s`;
const place = `${groups}/Microsoft.ExtendedLocation/customLocations/l`;
const lnet = `${groups}/Microsoft.AzureStackHCI/logicalNetworks/n`;
const identity = `${groups}/Microsoft.ManagedIdentity/userAssignedIdentities/i`;
const host = `${groups}/Microsoft.ResourceConnector/appliances/a`;
const key = 'ssh-rsa~AAAA';

/** Command lines about clusters, fleets and what they stand on, written as in `lines.ts`. */
export const clusterLines: readonly string[] = `
aks get-versions -l eastus
aks get-upgrades -g g -n c
aks get-upgrades -g g -n c -o table
aks get-upgrades -g g -n fresh -o table
aks create -g g -n new --no-ssh-key
aks create -g g -n new --ssh-key-value ${key} -l westus --tags a=b -k 1.33 -c 2 -s Standard_D4s_v3 --nodepool-name pool --nodepool-labels a=b c=d --nodepool-taints x=y:NoSchedule,z:NoExecute -m 50
aks create -g g -n new -x --enable-cluster-autoscaler --min-count 1 --max-count 5 --os-sku AzureLinux --vnet-subnet-id ${subnet} -p dns -u me --assign-identity ${identity}
aks create -g g -n new -x --enable-aad --aad-admin-group-object-ids one,two --aad-tenant-id t --disable-local-accounts --enable-private-cluster --node-resource-group nrg --enable-oidc-issuer
aks create -g g -n new -x --enable-azure-rbac --network-plugin azure --network-policy calico --pod-cidr 10.1.0.0/16 --service-cidr 10.2.0.0/16 --dns-service-ip 10.2.0.10 --load-balancer-sku basic --outbound-type userDefinedRouting --tier standard --no-wait
aks create -g a_group.of-many-letters -n 9_cluster.of-many/new -x
aks create -g g -n new -x --min-count 1
aks create -g g -n new -x --max-count 1
aks create -g g -n new -x --enable-cluster-autoscaler --max-count 1
aks create -g g -n new -x --enable-cluster-autoscaler --min-count 3 --max-count 2
aks create -g g -n new -x --enable-cluster-autoscaler --min-count 1 --max-count 2
aks create -g g -n new -x --enable-cluster-autoscaler --min-count 4 --max-count 5
aks create -g g -n new -x --enable-cluster-autoscaler --min-count 0 --max-count 3
aks create -g g -n new -x --enable-cluster-autoscaler --min-count 3 --max-count 3
aks create -g g -n new -x --enable-cluster-autoscaler --min-count 1
aks create -g g -n new --ssh-key-value no-such-file
aks create -g g -n new --ssh-key-value ${key} --admin-username somebody
aks create -g g -n c -x
aks get-credentials -g g -n c -f -
aks get-credentials -g g -n c -f - --admin --format azure
aks get-credentials -g g -n c -f - --format exec --public-fqdn
aks scale -g g -n c -c 5
aks scale -g g -n two -c 5
aks scale -g g -n two -c 5 --nodepool-name second
aks scale -g g -n two -c 5 --nodepool-name third
aks scale -g g -n auto -c 5
aks scale -g g -n c
aks scale -g g -n c -c many
aks start -g g -n c
aks stop -g g -n c
aks stop -g g -n private
aks upgrade -g g -n two -k 1.34 -y
aks upgrade -g g -n two -k 1.34 -y --control-plane-only --no-wait
aks upgrade -g g -n c -k 1.33 -y
aks upgrade -g g -n c -y
aks upgrade -g g -n c -k 1.34
aks upgrade -g g -n c -k 1.34 -y --node-image-only
aks upgrade -g g -n c -y --node-image-only
aks nodepool show -g g --cluster-name c -n np
aks nodepool add -g g --cluster-name c -n np2
aks nodepool add -g g --cluster-name c -n np2 -c 0 -s Standard_D4s_v3 --mode System -k 1.33 --labels a=b c=d --node-taints x=y:NoSchedule,z:NoExecute -m 40 --os-type Windows --os-sku Windows2022 --no-wait
aks nodepool add -g g --cluster-name c -n ONE
aks nodepool delete -g g --cluster-name c -n one
aks nodepool delete -g g --cluster-name c -n np
aks nodepool scale -g g --cluster-name c -n np -c 4
aks nodepool scale -g g --cluster-name c -n np -c 2
aks nodepool scale -g g --cluster-name c -n auto -c 4
aks nodepool start -g g --cluster-name c --nodepool-name one
aks nodepool stop -g g --cluster-name c --nodepool-name one
aks nodepool stop -g g --cluster-name c --nodepool-name np
aks nodepool upgrade -g g --cluster-name c -n np -k 1.34
aks nodepool upgrade -g g --cluster-name c -n np
aks nodepool upgrade -g g --cluster-name c -n np --node-image-only
aks nodepool upgrade -g g --cluster-name c -n np -k 1.34 --node-image-only
aks nodepool get-upgrades -g g --cluster-name c -n np
aks nodepool get-upgrades -g g --cluster-name fresh -n np
aks nodepool update -g g --cluster-name c -n np
aks nodepool update -g g --cluster-name c -n np --labels a=b --tags x=y --node-taints p=q:NoSchedule,r:NoExecute --max-surge 33% --mode User
aks nodepool update -g g --cluster-name c -n np --node-taints=
aks nodepool update -g g --cluster-name c -n np -e --min-count 1 --max-count 3
aks nodepool update -g g --cluster-name c -n auto -e --min-count 1 --max-count 3
aks nodepool update -g g --cluster-name c -n auto -u --min-count 2 --max-count 2
aks nodepool update -g g --cluster-name c -n auto --max-surge 2
aks nodepool update -g g --cluster-name c -n np -u --min-count 1 --max-count 3
aks nodepool update -g g --cluster-name c -n auto -d
aks nodepool update -g g --cluster-name c -n np -d
aks nodepool update -g g --cluster-name c -n np -d -e
aks nodepool update -g g --cluster-name c -n np -e -u
aks nodepool update -g g --cluster-name c -n np --min-count 1
aks nodepool update -g g --cluster-name c -n np --max-count 1
aks nodepool update -g g --cluster-name c -n np -e --min-count 1
aks nodepool update -g g --cluster-name c -n np -e --max-count 1
aks nodepool update -g g --cluster-name c -n np -e --min-count 3 --max-count 1
aks nodepool update -g g --cluster-name c -n np -e --min-count 0 --max-count 1 --mode System
aks nodepool update -g g --cluster-name c -n np -e --min-count 0 --max-count 1 --mode User
aksarc create -g g -n new --custom-location ${place} --vnet-ids ${lnet}
aksarc create -g g -n new --custom-location ${place} --vnet-ids ${lnet} --ssh-key-value ${key}
aksarc create -g g -n new --custom-location ${place} --vnet-ids ${lnet} --ssh-key-value ${key} -l westus --tags a=b --aad-admin-group-object-ids one,two --enable-azure-rbac --ssh-auth-ips 10.0.0.1 --control-plane-ip 10.0.0.9 --control-plane-count 3 --control-plane-vm-size Standard_A4_v2 --kubernetes-version 1.30.4
aksarc create -g g -n new --custom-location ${place} --vnet-ids ${lnet} --ssh-key-value ${key} --node-count 4 --node-vm-size Standard_A2_v2 --nodepool-labels a=b --pod-cidr 10.9.0.0/16 --load-balancer-count 2 --no-wait
aksarc create -g g -n new --custom-location ${place} --vnet-ids ${lnet} --ssh-key-value ${key} --enable-cluster-autoscaler
aksarc create -g g -n new --custom-location ${place} --vnet-ids ${lnet} --ssh-key-value ${key} --enable-cluster-autoscaler --min-count 2 --max-count 6
aksarc create -g g -n new --custom-location ${place} --vnet-ids ${lnet} --ssh-key-value ${key} --cluster-autoscaler-profile scan-interval=30s expander=random --nodepool-taints a=b:NoSchedule --disable-nfs-driver --enable-ahub
aksarc create -g g -n new --custom-location ${place} --vnet-ids ${lnet} --ssh-key-value ${key} --cluster-autoscaler-profile often
aksarc update -g g -n c --enable-cluster-autoscaler
aksarc update -g g -n c --min-count 1
aksarc update -g g -n c --enable-cluster-autoscaler --disable-cluster-autoscaler
aksarc update -g g -n c --enable-nfs-driver --disable-nfs-driver
aksarc update -g g -n c --enable-cluster-autoscaler --min-count 1 --max-count 5
aksarc update -g g -n c --cluster-autoscaler-profile scan-interval=30s --enable-ahub --disable-smb-driver --ssh-auth-ips 10.0.0.1 --control-plane-count 3
aksarc update -g g -n c --aad-admin-group-object-ids one,two --tags a=b
aksarc upgrade -g g -n c --kubernetes-version 1.31.9 -y
aksarc upgrade -g g -n c --kubernetes-version 1.31.9
aksarc get-upgrades -g g -n c
aksarc get-upgrades -g g -n c -o table
aksarc get-versions --custom-location ${place}
aksarc vmsize list --custom-location ${place}
aksarc vnet create -g g -n v --custom-location ${place} --moc-vnet-name m --vip-pool-start 10.0.0.2 --vip-pool-end 10.0.0.9 --vlan-id 7 --dns-servers 10.0.0.1 --gateway 10.0.0.1 --ip-address-prefix 10.0.0.0/24
customlocation list-enabled-resource-types -g g -n l
aksarc vnet list
aksarc vnet show -g g -n v
aksarc vnet delete -g g -n v -y
aksarc nodepool add -g g --cluster-name c -n pool2 --node-count 2 --node-vm-size Standard_A4_v2 --labels a=b c=d --node-taints e=f:NoSchedule --max-pods 50 --tags g=h --os-type Linux --os-sku CBLMariner
aksarc nodepool add -g g --cluster-name c -n pool2 --enable-cluster-autoscaler --min-count 3 --max-count 2
aksarc nodepool add -g g --cluster-name c -n pool2 --enable-cluster-autoscaler --min-count 2 --max-count 3 --no-wait
aksarc nodepool list -g g --cluster-name c
aksarc nodepool show -g g --cluster-name c -n np
aksarc nodepool scale -g g --cluster-name c -n np --node-count 3
aksarc nodepool update -g g --cluster-name c -n np --labels a=b --node-taints "" --tags c=d
aksarc nodepool update -g g --cluster-name c -n np --update-cluster-autoscaler --min-count 1 --max-count 2
aksarc nodepool upgrade -g g --cluster-name c -n np
aksarc nodepool delete -g g --cluster-name c -n np -y
aksarc show -g g -n c
aksarc get-credentials -g g -n c -f -
aksarc get-credentials -g g -n c -f - --admin
aksarc delete -g g -n c -y
aksarc delete -g g -n c -y --no-wait
aksarc delete -g g -n c
customlocation create -g g -n l --namespace ns --host-resource-id ${host} -c ${host}/e
customlocation create -g g -n l --namespace ns --host-resource-id ${host} -c e f -l westus --tags a=b --assign-identity SystemAssigned --no-wait
customlocation create -g g -n l --namespace ns --host-resource-id ${host}
stack-hci-vm network lnet create -g g -n n --custom-location ${place}
stack-hci-vm network lnet create -g g -n n --custom-location ${place} -l westus --vm-switch-name s --ip-allocation-method Static --address-prefixes 10.0.0.0/24 --gateway 10.0.0.1 --dns-servers 10.0.0.2 10.0.0.3 --ip-pool-start 10.0.0.9 --ip-pool-end 10.0.0.20 --ip-pool-type vippool --vlan 7 --tags a=b
stack-hci-vm network lnet create -g g -n n --custom-location ${place} --gateway 10.0.0.1 --no-gateway --dns-servers 10.0.0.2 --no-dns-servers --ip-pool-start 10.0.0.9 --no-wait
stack-hci-vm network lnet delete -g g --name n -y
fleet create -g g -n new
fleet create -g g -n new -l westus --tags a=b --enable-managed-identity
fleet create -g g -n new --enable-hub --vm-size Standard_D4s_v3 -p dns
fleet create -g g -n new --enable-hub --enable-managed-identity --assign-identity ${identity}
fleet create -g g -n new -p dns
fleet create -g g -n new --assign-identity ${identity}
fleet create -g g -n new --enable-managed-identity --assign-identity i
fleet create -g g -n new --enable-hub --agent-subnet-id s
fleet create -g g -n new --enable-hub --apiserver-subnet-id s
fleet create -g g -n new --enable-hub --enable-vnet-integration --enable-managed-identity
fleet create -g g -n new --enable-hub --enable-vnet-integration --enable-managed-identity --assign-identity ${identity}
fleet create -g g -n new --enable-hub --enable-private-cluster
fleet create -g g -n new --enable-hub --enable-private-cluster --agent-subnet-id ${subnet}
fleet create -g g -n new --enable-hub --enable-vnet-integration --apiserver-subnet-id ${subnet} --agent-subnet-id ${subnet} --enable-managed-identity --assign-identity ${identity}
fleet update -g g -n f --tags a=b
fleet update -g g -n f --enable-managed-identity false
fleet update -g g -n f --enable-managed-identity true --assign-identity ${identity}
fleet update -g g -n f --assign-identity ${identity}
fleet update -g g -n f --enable-managed-identity true --assign-identity i
fleet reconcile -g g -n f
fleet get-credentials -g g -n f -f -
fleet get-credentials -g g -n f -f - --context mine
fleet get-credentials -g g -n f -f - -m m
fleet get-credentials -g g -n f -f - -m arc
fleet member create -g g -f f -n m --member-cluster-id ${groups}/Microsoft.ContainerService/managedClusters/c
fleet member create -g g -f f -n m --member-cluster-id ${groups}/Microsoft.ContainerService/managedClusters/c --update-group u --member-labels a=b~c=d
fleet member create -g g -f f -n m --member-cluster-id c
fleet member reconcile -g g -f f -n m
fleet member delete -g g -f f -n m -y
fleet updaterun create -g g -f f -n r --upgrade-type Full --kubernetes-version 1.33.4
fleet updaterun create -g g -f f -n r --upgrade-type controlplaneonly --kubernetes-version v1.33 --stages {"stages":[{"name":"s","groups":[{"name":"a","beforeGates":[{"displayName":"go?","type":"Approval"}]},{"name":"b","maxConcurrency":"50%"}],"afterStageWaitInSeconds":5},{"name":"t","memberSelector":{"byLabel":"env=prod"},"maxAllowedFailures":"1"}]} --no-wait
fleet updaterun create -g g -f f -n r --upgrade-type NodeImageOnly --node-image-selection Consistent --update-strategy-name s
fleet updaterun create -g g -f f -n r --upgrade-type NodeImageOnly --kubernetes-version 1.33
fleet updaterun create -g g -f f -n r --upgrade-type Full
fleet updaterun create -g g -f f -n r --upgrade-type ControlPlaneOnly
fleet updaterun create -g g -f f -n r --upgrade-type Full --kubernetes-version newest
fleet updaterun create -g g -f f -n r --upgrade-type Half --kubernetes-version 1.33
fleet updaterun create -g g -f f -n r --upgrade-type Full --kubernetes-version 1.33 --stages {} --update-strategy-name s
fleet updaterun create -g g -f f -n r --upgrade-type Full --kubernetes-version 1.33 --stages no-such-file
fleet updaterun create -g g -f f -n r --upgrade-type Full --kubernetes-version 1.33 --stages {"stages":
fleet updaterun create -g g -f f -n r --upgrade-type Full --kubernetes-version 1.33 --stages {"stages":[{"name":"s"}]}
fleet updaterun create -g g -f f -n r --upgrade-type Full --kubernetes-version 1.33 --stages {"stages":[{"groups":[]}]}
fleet updaterun start -g g -f f -n r
fleet updaterun stop -g g -f f -n r --no-wait
fleet updaterun skip -g g -f f -n r --targets Group:a Stage:s AfterStageWait:s Member:m
fleet updaterun skip -g g -f f -n r --targets group:a
fleet updaterun skip -g g -f f -n r --targets Group
fleet updaterun skip -g g -f f -n r --targets Group:a:b
fleet updaterun skip -g g -f f -n r
fleet updaterun show -g g -f f -n r
fleet updaterun list -g g -f f -o table
fleet updaterun wait -g g -f f --update-run-name r --exists
fleet updaterun delete -g g -f f -n r -y
fleet updatestrategy create -g g -f f -n s --stages {"stages":[{"name":"s","groups":[{"name":"a","beforeGates":[{"displayName":"go?","type":"Approval"}]},{"name":"b","maxConcurrency":"50%"}],"afterStageWaitInSeconds":5},{"name":"t","memberSelector":{"byLabel":"env=prod"},"maxAllowedFailures":"1"}]}
fleet updatestrategy create -g g -f f -n s
fleet updatestrategy show -g g -f f -n s
fleet updatestrategy list -g g -f f
fleet updatestrategy wait -g g -f f --update-strategy-name s --exists
fleet updatestrategy delete -g g -f f -n s -y
fleet gate list -g g -f f
fleet gate list -g g -f f --state Pending --gate-type ScheduledStart
fleet gate list -g g -f f --state-filter Open
fleet gate show -g g -f f --gate-name 11111111-2222-3333-4444-555555555555
fleet gate approve -g g -f f --name 11111111-2222-3333-4444-555555555555
fleet gate update -g g -f f --gate 11111111-2222-3333-4444-555555555555 --gs Completed
fleet gate update -g g -f f -n 11111111-2222-3333-4444-555555555555 --state Pending
fleet gate update -g g -f f -n 11111111-2222-3333-4444-555555555555
fleet delete -g g -n f -y
network bastion create -g g -n b --vnet-name v --public-ip-address p -l eastus
network bastion create -g g -n b --vnet-name v --public-ip-address p --sku Standard --enable-tunneling true --scale-units 4 --tags a=b --zones 1 2 --no-wait
network bastion create -g g -n b --vnet-name v
network vnet create -g g -n v --address-prefixes [10.0.0.0/8,10.1.0.0/16] --subnets [{name:a,address-prefix:10.0.1.0/24,private-link-service-network-policies:Enabled},b]
network vnet create -g g -n v --address-prefixes 10.0.0.0/26 --subnet-name s
network vnet create -g g -n v --ddos-protection true --vm-protection false --flowtimeout 9 --enable-encryption true --encryption-policy DropUnencrypted --pe-vnet-policies Basic -l westus
network vnet create -g g -n v --enable-encryption false --subnet-prefixes 10.0.0.0/24
network vnet subnet create -g g --vnet-name v -n s --address-prefixes 10.0.1.0/24 10.0.2.0/24 --delegations Microsoft.Web.serverFarms Microsoft.Web/sites --service-endpoints Microsoft.Storage --default-outbound-access false
network vnet subnet create -g g --vnet-name v -n s --address-prefixes 10.0.1.0/24 --disable-private-endpoint-network-policies true --disable-private-link-service-network-policies false
network vnet peering create -g g -n p --vnet-name v --remote-vnet w
network vnet peering create -g g -n p --vnet-name v --remote-vnet ${groups}/Microsoft.Network/virtualNetworks/w --allow-vnet-access --allow-forwarded-traffic --allow-gateway-transit
sshkey create -g g -n k --public-key ${key}
sshkey create -g g -n k --public-key ${key} -l westus --tags a=b
ad user create --display-name Jane --password secret --user-principal-name jane@x
ad user create --display-name Jane --password secret --user-principal-name jane@x --force-change-password-next-sign-in true --immutable-id i --mail-nickname j
ad app create --display-name App
ad sp create-for-rbac --name App
ad sp create-for-rbac --name App --role Reader --scopes ${groups}
`
  .trim()
  .split('\n');
