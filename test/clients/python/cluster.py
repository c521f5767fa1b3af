"""What programs do with the official Python client: objects, watches, apply, dynamic kinds, refusals.

Usage: cluster.py KUBECONFIG NAMESPACE. Prints `ok WHAT` after each part; an exception ends it. Everything is done twice,
the second time with a change.
"""
import datetime
import json
import sys
import threading
import time

from kubernetes import client, config, dynamic, utils, watch
from kubernetes.client.exceptions import ApiException
from kubernetes.dynamic.exceptions import ConflictError
from kubernetes.leaderelection import electionconfig, leaderelection
from kubernetes.leaderelection.resourcelock.leaselock import LeaseLock
from kubernetes.stream import portforward, stream

kubeconfig, namespace = sys.argv[1:3]
config.load_kube_config(kubeconfig)
api = client.ApiClient()
core, apps = client.CoreV1Api(api), client.AppsV1Api(api)
labels = {"app": "python"}


def ok(what):
    print("ok", what, flush=True)


def refused(call):
    try:
        call()
    except ApiException as error:
        return error
    raise AssertionError("was not refused")


def status_of(error):
    return json.loads(error.body)


def kinds_and_version():
    assert client.VersionApi(api).get_code().git_version.startswith("v1.")
    names = [one.name for one in core.get_api_resources().resources]
    assert "pods" in names and "pods/exec" in names, names


def objects_of_a_namespace():
    core.create_namespace({"metadata": {"name": namespace}})
    for count in (1, 2):
        name = f"settings-{count}"
        made = core.create_namespaced_config_map(
            namespace, client.V1ConfigMap(metadata=client.V1ObjectMeta(name=name, labels=labels), data={"a": "1"})
        )
        assert made.metadata.creation_timestamp.tzinfo is not None
        made.data["a"] = "2"
        replaced = core.replace_namespaced_config_map(name, namespace, made)
        assert replaced.data == {"a": "2"}
        conflict = refused(lambda: core.replace_namespaced_config_map(name, namespace, made))
        assert (conflict.status, status_of(conflict)["reason"]) == (409, "Conflict")
        # A list is a JSON patch, a map a strategic merge patch: the client chooses by the body.
        core.patch_namespaced_config_map(name, namespace, [{"op": "add", "path": "/data/b", "value": str(count)}])
        merged = core.patch_namespaced_config_map(name, namespace, {"data": {"a": None}})
        assert merged.data == {"b": str(count)}, merged.data
    assert refused(lambda: core.read_namespaced_config_map("missing", namespace)).status == 404
    assert refused(lambda: core.create_namespaced_config_map(namespace, {"metadata": {"name": "No Name"}})).status == 422


def pages_of_a_list():
    for i in range(25):
        core.create_namespaced_secret(namespace, {"metadata": {"name": f"page-{i:02}", "labels": labels}, "stringData": {"i": str(i)}})
    for limit in (10, 7):
        names, token, left = [], None, []
        while True:
            page = core.list_namespaced_secret(namespace, limit=limit, _continue=token, label_selector="app=python")
            names += [one.metadata.name for one in page.items]
            token = page.metadata._continue
            if not token:
                break
        assert names == [f"page-{i:02}" for i in range(25)], names
    core.delete_collection_namespaced_secret(namespace, label_selector="app=python")
    assert core.list_namespaced_secret(namespace, label_selector="app=python").items == []


def watches():
    for count in (1, 2):
        name = f"watched-{count}"
        revision = core.list_namespaced_config_map(namespace).metadata.resource_version
        core.create_namespaced_config_map(namespace, {"metadata": {"name": name}})
        core.patch_namespaced_config_map(name, namespace, {"data": {"a": "1"}})
        core.delete_namespaced_config_map(name, namespace)
        seen, watching = [], watch.Watch()
        for event in watching.stream(
            core.list_namespaced_config_map, namespace, resource_version=revision, allow_watch_bookmarks=True, timeout_seconds=60
        ):
            if event["type"] == "BOOKMARK" or event["object"].metadata.name != name:
                continue
            seen.append((event["type"], event["object"].data))
            if event["type"] == "DELETED":
                watching.stop()
        assert seen == [("ADDED", None), ("MODIFIED", {"a": "1"}), ("DELETED", {"a": "1"})], seen
    # A watch whose time is over ends and is begun again by the client from where it was.
    ended = [event for event in watch.Watch().stream(core.list_namespaced_config_map, namespace, timeout_seconds=1, resource_version=revision)]
    assert ended, ended


def workloads():
    def deployment(replicas, image):
        return {
            "metadata": {"name": "web", "labels": labels},
            "spec": {
                "replicas": replicas,
                "selector": {"matchLabels": labels},
                "template": {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "web", "image": image}]}},
            },
        }

    def rolled_out(replicas):
        for event in watch.Watch().stream(apps.list_namespaced_deployment, namespace, timeout_seconds=120):
            state = event["object"]
            if state.status.observed_generation == state.metadata.generation and state.status.updated_replicas == state.status.available_replicas == replicas:
                return state
        raise AssertionError("did not become available")

    apps.create_namespaced_deployment(namespace, deployment(2, "web:1"))
    rolled_out(2)
    apps.patch_namespaced_deployment("web", namespace, deployment(1, "web:2"))
    rolled_out(1)
    # Its controller writes too: a conflict is tried again, as programs do.
    while True:
        scale = apps.read_namespaced_deployment_scale("web", namespace)
        scale.spec.replicas = 3
        try:
            apps.replace_namespaced_deployment_scale("web", namespace, scale)
            break
        except ApiException as error:
            assert error.status == 409, error
    rolled_out(3)
    apps.patch_namespaced_deployment_scale("web", namespace, {"spec": {"replicas": 1}})
    rolled_out(1)
    core.create_namespaced_service(namespace, {"metadata": {"name": "web"}, "spec": {"selector": labels, "ports": [{"port": 80, "targetPort": 8080}]}})
    assert core.read_namespaced_service("web", namespace).spec.cluster_ip


def status_and_eviction():
    pods = core.list_namespaced_pod(namespace, label_selector="app=python").items
    pod = next(one for one in pods if one.status.phase == "Running" and not one.metadata.deletion_timestamp)
    core.patch_namespaced_pod_status(pod.metadata.name, namespace, {"status": {"conditions": [{"type": "Seen", "status": "True"}]}})
    shown = core.read_namespaced_pod(pod.metadata.name, namespace)
    assert [one.status for one in shown.status.conditions if one.type == "Seen"] == ["True"]
    core.create_namespaced_pod_eviction(pod.metadata.name, namespace, client.V1Eviction(metadata=client.V1ObjectMeta(name=pod.metadata.name)))
    return pod.metadata.name


def what_cannot_run_is_a_status():
    for event in watch.Watch().stream(core.list_namespaced_pod, namespace, label_selector="app=python", timeout_seconds=60):
        pod = event["object"]
        if pod.status.phase == "Running" and not pod.metadata.deletion_timestamp:
            break
    name = pod.metadata.name
    log = refused(lambda: core.read_namespaced_pod_log(name, namespace))
    assert log.status == 501 and status_of(log)["kind"] == "Status" and status_of(log)["message"], log
    run = refused(lambda: stream(core.connect_get_namespaced_pod_exec, name, namespace, command=["ls"], stdout=True, stderr=True))
    assert "501" in str(run), run
    forward = None
    try:
        forward = portforward(core.connect_get_namespaced_pod_portforward, name, namespace, ports="80")
    except ApiException as error:
        assert "501" in str(error), error
    assert forward is None
    proxied = refused(lambda: core.connect_get_namespaced_pod_proxy(name, namespace))
    assert status_of(proxied)["kind"] == "Status", proxied.body


definition = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": f"boats.{namespace}.example.com"},
    "spec": {
        "group": f"{namespace}.example.com",
        "scope": "Namespaced",
        "names": {"plural": "boats", "singular": "boat", "kind": "Boat", "listKind": "BoatList"},
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "subresources": {"status": {}},
                "schema": {
                    "openAPIV3Schema": {
                        "type": "object",
                        "properties": {
                            "spec": {"type": "object", "properties": {"length": {"type": "integer"}, "name": {"type": "string"}}},
                            "status": {"type": "object", "properties": {"afloat": {"type": "boolean"}}},
                        },
                    }
                },
            }
        ],
    },
}


def dynamic_kinds():
    extensions = client.ApiextensionsV1Api(api)
    extensions.create_custom_resource_definition(definition)
    for event in watch.Watch().stream(extensions.list_custom_resource_definition, field_selector=f"metadata.name=boats.{namespace}.example.com", timeout_seconds=60):
        if any(one.type == "Established" and one.status == "True" for one in (event["object"].status.conditions or [])):
            break
    found = dynamic.DynamicClient(api)
    boats = found.resources.get(api_version=f"{namespace}.example.com/v1", kind="Boat")
    body = {"apiVersion": f"{namespace}.example.com/v1", "kind": "Boat", "metadata": {"name": "b"}, "spec": {"length": 5}}
    boats.create(body=body, namespace=namespace)
    for length in (6, 7):
        body["spec"]["length"] = length
        applied = boats.server_side_apply(body=body, namespace=namespace, name="b", field_manager="python", force_conflicts=True)
        assert applied.spec.length == length
        boats.patch(body={"spec": {"name": f"n{length}"}}, namespace=namespace, name="b", content_type="application/merge-patch+json")
        boats.status.patch(body={"status": {"afloat": length == 6}}, namespace=namespace, name="b", content_type="application/merge-patch+json")
        shown = boats.get(name="b", namespace=namespace)
        assert (shown.spec.name, shown.status.afloat) == (f"n{length}", length == 6)
    try:
        boats.server_side_apply(body=body | {"spec": {"length": 9}}, namespace=namespace, name="b", field_manager="other")
        raise AssertionError("no conflict")
    except ConflictError as conflict:
        assert json.loads(conflict.body)["details"]["causes"][0]["message"] == 'conflict with "python"', conflict.body
    for event in boats.watch(namespace=namespace, timeout=30):
        assert event["object"].spec.length == 7
        break
    custom = client.CustomObjectsApi(api)
    where = (f"{namespace}.example.com", "v1", namespace, "boats")
    assert custom.patch_namespaced_custom_object(*where, "b", {"spec": {"length": 8}})["spec"]["length"] == 8
    assert custom.patch_namespaced_custom_object_status(*where, "b", {"status": {"afloat": True}})["status"]["afloat"] is True
    assert custom.list_namespaced_custom_object(*where)["items"][0]["metadata"]["name"] == "b"
    custom.delete_namespaced_custom_object(*where, "b")


def apply_of_yaml():
    import tempfile

    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(f"""
apiVersion: v1
kind: ConfigMap
metadata: {{name: from-yaml, namespace: {namespace}}}
data: {{a: "yes"}}
---
apiVersion: batch/v1
kind: Job
metadata: {{name: from-yaml, namespace: {namespace}}}
spec:
  template:
    spec:
      restartPolicy: Never
      containers: [{{name: a, image: a}}]
""")
        file.flush()
        utils.create_from_yaml(api, file.name)
        try:
            utils.create_from_yaml(api, file.name)
            raise AssertionError("was made twice")
        except utils.FailToCreateError as error:
            assert {one.status for one in error.api_exceptions} == {409}
        # Apply takes it any number of times.
        utils.create_from_yaml(api, file.name, namespace=namespace, apply=True)
        utils.create_from_yaml(api, file.name, namespace=namespace, apply=True)
    assert core.read_namespaced_config_map("from-yaml", namespace).data == {"a": "yes"}


def leader_election():
    led = []
    for name in ("first", "second"):
        done = threading.Event()

        def lead():
            led.append(name)
            done.set()
            # The client has no way to end an election but the end of its thread.
            sys.exit(0)

        lock = LeaseLock("election", namespace, name)
        settings = electionconfig.Config(lock, lease_duration=3, renew_deadline=2, retry_period=1, onstarted_leading=lead, onstopped_leading=None)
        elector = leaderelection.LeaderElection(settings)
        assert elector.acquire()
        led.append(name)
    lease = client.CoordinationV1Api(api).read_namespaced_lease("election", namespace)
    assert lease.spec.holder_identity == "second", lease.spec


def rights():
    core.create_namespaced_service_account(namespace, {"metadata": {"name": "reader"}})
    rbac = client.RbacAuthorizationV1Api(api)
    rbac.create_namespaced_role(namespace, {"metadata": {"name": "reader"}, "rules": [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list"]}]})
    rbac.create_namespaced_role_binding(
        namespace,
        {
            "metadata": {"name": "reader"},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "reader"},
            "subjects": [{"kind": "ServiceAccount", "name": "reader", "namespace": namespace}],
        },
    )
    token = core.create_namespaced_service_account_token("reader", namespace, client.AuthenticationV1TokenRequest(spec=client.V1TokenRequestSpec(audiences=[]))).status.token
    settings = client.Configuration.get_default_copy()
    settings.cert_file = settings.key_file = None
    settings.api_key, settings.api_key_prefix = {"authorization": token}, {"authorization": "Bearer"}
    settings.refresh_api_key_hook = None
    reader = client.CoreV1Api(client.ApiClient(settings))
    assert reader.list_namespaced_config_map(namespace).items
    forbidden = refused(lambda: reader.list_namespaced_secret(namespace))
    assert (forbidden.status, status_of(forbidden)["reason"]) == (403, "Forbidden")
    may = client.AuthorizationV1Api(client.ApiClient(settings)).create_self_subject_access_review(
        {"spec": {"resourceAttributes": {"namespace": namespace, "verb": "get", "resource": "configmaps"}}}
    )
    assert may.status.allowed


def events():
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    about = {"kind": "ConfigMap", "name": "settings-1", "namespace": namespace}
    core.create_namespaced_event(namespace, {"metadata": {"generateName": "e-"}, "involvedObject": about, "reason": "R", "message": "m", "type": "Normal", "firstTimestamp": now, "lastTimestamp": now})
    found = core.list_namespaced_event(namespace, field_selector="involvedObject.name=settings-1,reason=R").items
    assert [one.message for one in found] == ["m"]
    # The client reads no event of the newer kind without eventTime, which those of the older one lack on every server.
    newer = client.EventsV1Api(api)
    made = newer.create_namespaced_event(
        namespace,
        client.EventsV1Event(
            metadata=client.V1ObjectMeta(generate_name="n-"), event_time=datetime.datetime.now(datetime.timezone.utc), regarding=about,
            reason="N", note="n", type="Normal", action="A", reporting_controller="example.com/python", reporting_instance="python-1",
        ),
    )
    assert made.event_time.tzinfo is not None
    assert [one.message for one in core.list_namespaced_event(namespace, field_selector="reason=N").items] == ["n"]


def the_end():
    client.ApiextensionsV1Api(api).delete_custom_resource_definition(f"boats.{namespace}.example.com")
    core.delete_namespace(namespace)
    for _ in range(600):
        try:
            core.read_namespace(namespace)
        except ApiException as error:
            assert error.status == 404
            return
        time.sleep(0.1)
    raise AssertionError("the namespace is still there")


# A hub has no nodes: nothing runs there.
running = (workloads, status_and_eviction, what_cannot_run_is_a_status) if core.list_node().items else ()
for part in (
    kinds_and_version, objects_of_a_namespace, pages_of_a_list, watches, *running,
    dynamic_kinds, apply_of_yaml, leader_election, rights, events, the_end,
):
    part()
    ok(part.__name__.replace("_", " "))
