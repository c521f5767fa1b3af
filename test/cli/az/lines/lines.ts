import { clusterLines } from './clusters.ts';

const group = '/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/g';
const thing = `${group}/providers/My.Space/things/t`;

/** Command lines without `az`; words are parted by blanks, a `~` stands for a blank in a word. */
const otherLines: readonly string[] = `
account list-locations
account list-locations --include-extended-locations true -o table
account list --all
account list -o table
account show -o table
ad app list
ad app list --all --app-id a --display-name o'x --identifier-uri api://x --filter f~eq~1
ad app list -o table
ad app show --id a-1
ad app delete --id a-1
ad app credential reset --id a-1
ad app credential reset --id a-1 --append --years 2 --display-name d
ad group list
ad group list --display-name G --filter f
ad group show -g G
ad group create --display-name G --mail-nickname g
ad group create --display-name G --mail-nickname g --description d
ad group member list -g G
ad group member add -g G --member-id u
ad group member check -g G --member-id u
ad group member remove -g G --member-id u
ad group delete -g G
ad signed-in-user show
ad signed-in-user list-owned-objects
ad signed-in-user list-owned-objects --type group
ad sp list
ad sp list --all -o table
ad sp list --show-mine
ad sp list --display-name o'x --spn s --filter f
ad sp show --id a-1
ad sp create --id a-1
ad sp delete --id a-1
ad sp credential reset --id a-1
ad user list
ad user list --display-name J --upn j@x --filter f
ad user show --id jane
ad user get-member-groups --id jane
ad user get-member-groups --id jane@x --security-enabled-only true
ad user delete --id jane
aksarc list
aksarc list -g g
aks list
aks list -g g -o table
aks show -g g -n c
aks show -g g -n c -o table
aks get-versions -l eastus -o table
aks stop -g g -n c --no-wait
aks delete -g g -n c -y --no-wait
aks nodepool list -g g --cluster-name c
aks nodepool list -g g --cluster-name c -o table
cloud list -o table
cloud show
cloud set -n Drydock
cloud set -n Other
config set defaults.group=g core.output=json
config get
config get defaults.group
config get defaults
config get defaults.nope
config get nope
config unset defaults.group
config unset core.output
configure --defaults group=g location=eastus
configure --list-defaults
configure --defaults group= location=
connectedk8s list -o table
connectedk8s show -g g -n c -o table
connectedk8s delete -g g -n c -y
connectedk8s delete -g g -n c
connectedk8s connect -g g -n c --kube-config file
connectedk8s update -g g -n c --tags a=b --azure-hybrid-benefit True
connectedk8s update -g g -n c --distribution k3s --distribution-version 1.2
connectedk8s update -g g -n c
connectedk8s update -g g -n c --auto-upgrade false
connectedk8s upgrade -g g -n c --agent-version 1.2.3
connectedk8s enable-features -g g -n c --features cluster-connect Azure-RBAC
connectedk8s enable-features -g g -n c --features flight
connectedk8s disable-features -g g -n c --features azure-rbac -y
connectedk8s disable-features -g g -n c --features azure-rbac
customlocation list -o table
customlocation show -g g -n l
customlocation delete -g g -n l -y
customlocation update -g g -n l --namespace n --host-resource-id /h --cluster-extension-ids /e --tags a=b -l eastus
customlocation patch -g g -n l --cluster-extension-ids /e /f --display-name Shown --tags a=b
customlocation patch -g g -n l --assign-identity SystemAssigned
stack-hci-vm network lnet update -g g -n l --tags a=b
extension list
extension add
nonsense-group list
tag create -n a/b
tag create --resource-id /subscriptions/s
tag create
tag delete -n t -y
extension show -n nope
extension remove -n nope
extension update -n nope
role definition show --name n
role definition show
fleet list -o table
fleet show -g g -n f
fleet member list -g g -f f -o table
fleet member show -g g -f f -n m
fleet member update -g g -f f -n m --update-group u
fleet member update -g g -f f -n m --member-labels a=b~c=d
fleet member update -g g -f f -n m --labels a=b
fleet member update -g g -f f -n m
group list --tag team=a
group list --tag team
group list --tag =
group show -n g
group update -n g --tags x=y
group update -n g --set tags.z=1
group exists -n g
group delete -n g -y --no-wait
identity list
identity list -g g -o table
identity create -g g -n i
identity create -g g -n i -l eastus --tags a=b
identity show -g g -n i
identity delete -g g -n i
lock list
lock list -g g
lock list --filter-string x
lock list -g g --resource t --resource-type My.Space/things
lock show -n l
lock show -n l -g g
lock create -n l -t CanNotDelete
lock create -n l -t ReadOnly -g g --notes why
lock create -n l -t ReadOnly -g g --resource t --resource-type things --namespace My.Space --parent wholes/w
lock create -n l -t ReadOnly --resource ${thing}
lock create -n l -t ReadOnly --resource t
lock create -n l -t ReadOnly -g g --resource t --resource-type things
lock create -n l -t Other
lock delete -n l
lock delete -n l -g g
network bastion list -o table
network bastion show -g g -n b
network bastion update -g g -n b --enable-tunneling true
network bastion delete -g g -n b --no-wait
network public-ip list
network public-ip list -g g -o table
network public-ip create -g g -n p
network public-ip create -g g -n p --sku Basic --allocation-method Dynamic --zone 1 2 --tags a=b
network public-ip create -g g -n p --version IPv6 --dns-name d --idle-timeout 5
network public-ip show -g g -n p -o table
network public-ip update -g g -n p --tags a=b
network public-ip update -g g -n p --dns-name d --idle-timeout 9 --allocation-method Static
network public-ip delete -g g -n p
network vnet list -o table
network vnet list -g g
network vnet create -g g -n v
network vnet create -g g -n v --address-prefixes 10.0.0.0/8 --subnet-name s --subnet-prefixes 10.0.0.0/24 --dns-servers 1.1.1.1 --tags a=b
network vnet update -g g -n v --address-prefixes 10.2.0.0/16 --dns-servers 1.1.1.1 8.8.8.8
network vnet update -g g -n v --ddos-protection true
network vnet show -g g -n v
network vnet delete -g g -n v
network vnet subnet list -g g --vnet-name v -o table
network vnet subnet show -g g --vnet-name v -n s
network vnet subnet create -g g --vnet-name v -n s --address-prefixes 10.0.1.0/24
network vnet subnet update -g g --vnet-name v -n s --address-prefixes 10.0.2.0/24
network vnet subnet update -g g --vnet-name v -n s --network-security-group n
network vnet subnet delete -g g --vnet-name v -n s
network vnet peering list -g g --vnet-name v -o table
network vnet peering show -g g --vnet-name v -n p
network vnet peering create -g g --vnet-name v -n p --remote-vnet w
network vnet peering create -g g --vnet-name v -n p --remote-vnet w --allow-vnet-access --peer-complete-vnets false
network vnet peering update -g g --vnet-name v -n p --allow-forwarded-traffic true --remote-vnet w
network vnet peering update -g g --vnet-name v -n p --set nope=1
network vnet peering delete -g g --vnet-name v -n p
provider list
provider list -o table
provider show -n My.Space
provider show -n My.Space -o table
provider register -n My.Space --wait
provider unregister -n My.Space
resource list
resource list -g g -o table
resource list --tag team=a
resource list --tag team
resource list --resource-type My.Space/things --name t --location eastus
resource list --namespace My.Space --resource-type things
resource show --ids ${thing}
resource show --ids ${thing} ${thing}
resource show -g g -n t --resource-type My.Space/things
resource show -g g -n t --resource-type things --namespace My.Space -v
resource show -g g -n p --resource-type parts --namespace My.Space --parent things/t
resource show -n t
resource show -g g -n t --resource-type things
resource show -g g -n t --resource-type My.Space/others
resource create -g g -n t --resource-type My.Space/things -p {"a":1}
resource create --id ${thing} -p {"location":"westus","properties":{}} --is-full-object
resource create --id ${thing} -p {"a":1} -l westus
resource create --id ${thing} -p {"a"
resource create --id ${thing} -p [1]
resource update --ids ${thing} --set properties.a=1 tags.x=y
resource update --ids ${thing} --add properties.list {"a":1} --remove tags.team
resource update --ids ${thing} --set properties.a=1 --force-string
resource tag --ids ${thing} --tags x=y
resource tag --ids ${thing} --tags x=y -i
resource invoke-action --ids ${thing} --action restart
resource invoke-action --ids ${thing} --action restart --request-body {"a":1}
resource wait --ids ${thing} --exists
resource wait --ids ${thing} --custom name=='t'
resource wait --ids ${thing} --created
resource delete --ids ${thing}
rest --method get --url ${thing}?api-version=1
rest --method post -u ${thing}/x --url-parameters api-version=1 b=c --headers a=b --body {"a":1}
rest --method put -u ${thing}?api-version=1 --body {"a":1} --query id -o tsv
role assignment list
role assignment list --all -o table
role assignment list --assignee p-1 --scope ${thing}
role assignment list -g g --include-inherited --role Reader
role assignment create --role Reader --assignee jane@x --scope ${thing}
role assignment create --role Reader --assignee-object-id p-1 --assignee-principal-type User --scope ${group}
role assignment create --role Reader --assignee-object-id p-1 --scope ${thing} --description why --name n-1
role assignment create --role Nobody --assignee p-1 --scope ${thing}
role assignment delete --assignee p-1 --role Reader --scope ${thing}
role definition list
role definition list -n Reader -o table
role definition list --custom-role-only true
role definition show -n r-1 --scope ${group}
role definition show --id /subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/r-1
role definition show
sshkey list -o table
sshkey show -g g -n k
sshkey update -g g -n k --public-key ssh-rsa~BBBB
sshkey delete -g g -n k -y
stack-hci-vm network lnet list -o table
stack-hci-vm network lnet show -g g --name l
tag create --resource-id ${thing} --tags a=b
tag update --resource-id ${thing} --operation Merge --tags a=b c=
tag update --resource-id ${thing} --operation Other --tags a=b
tag list
tag list --resource-id ${thing}
tag delete --resource-id ${thing} -y
tag create -n team
tag delete -n team -y
version
nonsense
aks show
aks show -g g
aks show -g g -n c --nonsense
aks show -g g -n c -o yaml
aks show -g g -n c -o tsv
aks show -g g -n c -o jsonc
aks show -g g -n c -o yamlc
aks show -g g -n c -o none
aks show -g g -n c -o xml
aks show -g g -n c --query [
aks show -g g -n c --query name -o tsv
account clear
aks show -g g -n c
account list
`
  .trim()
  .split('\n');

/** All of them; the last ones sign out. */
export const lines: readonly string[] = [...clusterLines, ...otherLines];
