"""Hands an Arc cluster to the proxy as az's connectedk8s extension does, with az's own profile and tokens."""

import base64
import json
import os
import subprocess
import sys
import time
import warnings

import requests
from azure.cli.core import get_default_cli
from azure.cli.core._profile import Profile

warnings.filterwarnings("ignore")
program, cluster, http_port, https_port = sys.argv[1:5]
server_id = "6256c85f-0aad-4d50-b960-e6e9b21efe35"
profile = Profile(cli_ctx=get_default_cli())
subscription = profile.get_subscription()
manager = profile.cli_ctx.cloud.endpoints.resource_manager.rstrip("/")
answer = requests.get(manager + "/metadata/endpoints?api-version=2022-09-01", timeout=30)
metadata = answer.json()
assert "dataplaneEndpoints" in metadata, metadata

config = os.path.join(os.path.dirname(program), "config.yml")
with open(config, "w", encoding="utf-8") as file:
    # JSON is YAML too.
    json.dump(
        {
            "cloud": "DRYDOCK",
            "identity": {"tenantID": subscription["tenantId"], "clientID": "04b07795-8ddb-461a-bbee-02f9e1bf7b46"},
            "server": {"httpPort": int(http_port), "httpsPort": int(https_port)},
            "cloudConfig": {
                "resourceManagerEndpoint": metadata["resourceManager"],
                "serviceBusEndpointSuffix": metadata["suffixes"]["relayEndpointSuffix"].lstrip("."),
                "activeDirectoryEndpoint": metadata["authentication"]["loginEndpoint"],
            },
        },
        file,
    )
body = json.dumps({"authenticationMethod": "AAD", "clientProxy": True})
url = f"{manager}{cluster}/listClusterUserCredential?api-version=2025-08-01-preview"
listed = json.loads(subprocess.check_output(["az", "rest", "-m", "post", "-u", url, "-b", body]))


def call(method, address, data):
    for _ in range(100):
        try:
            return requests.request(method, address, json=data, verify=False, timeout=30)
        except requests.ConnectionError:
            time.sleep(0.2)
    raise SystemExit("the proxy does not answer")


with subprocess.Popen([program, "-c", config]) as proxy:
    try:
        front = f"https://localhost:{https_port}"
        kid = call("get", front + "/identity/poppublickey", {}).json()["publicKey"]["kid"]
        confirmation = base64.urlsafe_b64encode(json.dumps({"kid": kid, "xms_ksl": "sw"}).encode()).decode()
        confirmation = confirmation[:-1] if confirmation.endswith("=") else confirmation
        credential, _, _ = profile.get_login_credentials(subscription_id=subscription["id"])
        token = credential.get_token(
            server_id + "/.default", data={"token_type": "pop", "key_id": kid, "req_cnf": confirmation}
        ).token
        posted = {"accessToken": token, "serverId": server_id, "tenantID": subscription["tenantId"], "kid": kid}
        taken = call("post", front + "/identity/at", posted)
        assert taken.status_code == 200, taken.text
        sent = {name: listed["hybridConnectionConfig"][name] for name in ("relay", "hybridConnectionName", "token", "expirationTime")}
        registered = call(
            "post",
            f"http://localhost:{http_port}{cluster}/register?api-version=2020-10-01",
            {"kubeconfigs": listed["kubeconfigs"], "hybridConnectionConfig": sent},
        )
        assert registered.status_code == 200, registered.text
        kubeconfig = os.path.join(os.path.dirname(program), "kubeconfig")
        with open(kubeconfig, "wb") as file:
            file.write(base64.b64decode(registered.json()["kubeconfigs"][0]["value"]))
        os.chmod(kubeconfig, 0o600)
        subprocess.check_call(["kubectl", "--kubeconfig", kubeconfig, "get", "nodes", "--no-headers"])
    finally:
        proxy.terminate()
