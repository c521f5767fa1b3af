import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.SecretList;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.dsl.ExecWatch;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfigBuilder;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElector;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaseLock;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * What programs do with fabric8's client: objects, patches, server-side apply, pages, watches, informers, leader election.
 *
 * <p>Usage: Cluster NAMESPACE, with KUBECONFIG set. Prints `ok WHAT` after each part; an exception ends it. Everything is done
 * twice, the second time with a change.
 */
public final class Cluster {
  private static final long PATIENCE_SECONDS = 60;

  private final KubernetesClient client;
  private final String namespace;

  private Cluster(KubernetesClient client, String namespace) {
    this.client = client;
    this.namespace = namespace;
  }

  interface Part {
    void run() throws Exception;
  }

  public static void main(String[] words) throws Exception {
    try (KubernetesClient client = new KubernetesClientBuilder().build()) {
      Cluster cluster = new Cluster(client, words[0]);
      cluster.part("version and groups", cluster::versionAndGroups);
      cluster.part("objects of a namespace", cluster::objects);
      cluster.part("patches of every type", cluster::patches);
      cluster.part("server-side apply", cluster::apply);
      cluster.part("pages of a list", cluster::pages);
      cluster.part("watches", cluster::watches);
      cluster.part("informers", cluster::informers);
      cluster.part("custom kinds", cluster::customKinds);
      cluster.part("leader election", cluster::leaderElection);
      // A hub has no nodes: nothing runs there.
      if (!client.nodes().list().getItems().isEmpty()) {
        cluster.part("workloads", cluster::workloads);
        cluster.part("what cannot run is a status", cluster::refusals);
      }
      cluster.part("the end", cluster::end);
    }
    System.exit(0);
  }

  private void part(String name, Part part) throws Exception {
    part.run();
    System.out.println("ok " + name);
  }

  private static void that(boolean holds, Object shown) {
    if (!holds) throw new AssertionError(shown);
  }

  private static KubernetesClientException refused(Part part) throws Exception {
    try {
      part.run();
    } catch (KubernetesClientException error) {
      return error;
    }
    throw new AssertionError("was not refused");
  }

  private static ConfigMap configMap(String name, String key, String value) {
    return new ConfigMapBuilder()
        .withNewMetadata()
        .withName(name)
        .addToLabels("app", "java")
        .endMetadata()
        .addToData(key, value)
        .build();
  }

  private void versionAndGroups() {
    that(client.getKubernetesVersion().getGitVersion().startsWith("v1."), client.getKubernetesVersion());
    that(client.hasApiGroup("apps", true), "apps");
    that(client.supports("apps/v1", "Deployment"), "Deployment");
    that(!client.supports("apps/v1", "Boat"), "Boat");
  }

  private void objects() throws Exception {
    client.namespaces().resource(new NamespaceBuilder().withNewMetadata().withName(namespace).endMetadata().build()).create();
    for (int count = 1; count <= 2; count++) {
      String name = "settings-" + count;
      ConfigMap made = client.configMaps().inNamespace(namespace).resource(configMap(name, "a", "1")).create();
      ConfigMap changed = new ConfigMapBuilder(made).addToData("a", "2").build();
      client.configMaps().inNamespace(namespace).resource(changed).update();
      // One that is out of date is refused when its revision is held.
      KubernetesClientException conflict =
          refused(
              () ->
                  client.configMaps().inNamespace(namespace).resource(changed)
                      .lockResourceVersion(made.getMetadata().getResourceVersion())
                      .update());
      that(conflict.getCode() == 409 && conflict.getStatus().getReason().equals("Conflict"), conflict);
      ConfigMap edited =
          client.configMaps().inNamespace(namespace).withName(name)
              .edit(one -> new ConfigMapBuilder(one).addToData("b", "3").build());
      that(edited.getData().equals(Map.of("a", "2", "b", "3")), edited.getData());
      client.configMaps().inNamespace(namespace).resource(configMap(name, "c", "4")).createOr(one -> one.update());
    }
    that(client.configMaps().inNamespace(namespace).withName("missing").get() == null, "missing");
    KubernetesClientException invalid =
        refused(() -> client.configMaps().inNamespace(namespace).resource(configMap("No Name", "a", "1")).create());
    that(invalid.getCode() == 422 && invalid.getStatus().getDetails().getKind() != null, invalid.getStatus());
    ByteArrayInputStream manifest =
        new ByteArrayInputStream(
            ("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: loaded}\ndata: {a: \"yes\"}\n---\n"
                    + "apiVersion: v1\nkind: Service\nmetadata: {name: loaded}\nspec: {ports: [{port: 80}]}\n")
                .getBytes(StandardCharsets.UTF_8));
    that(client.load(manifest).inNamespace(namespace).serverSideApply().size() == 2, "loaded");
  }

  private void patches() {
    client.configMaps().inNamespace(namespace).resource(configMap("patched", "a", "1")).create();
    for (String value : List.of("2", "3")) {
      for (PatchType type : List.of(PatchType.JSON_MERGE, PatchType.STRATEGIC_MERGE)) {
        ConfigMap patched =
            client.configMaps().inNamespace(namespace).withName("patched")
                .patch(PatchContext.of(type), "{\"data\":{\"" + type.name().toLowerCase() + "\":\"" + value + "\"}}");
        that(patched.getData().containsValue(value), patched.getData());
      }
      ConfigMap patched =
          client.configMaps().inNamespace(namespace).withName("patched")
              .patch(PatchContext.of(PatchType.JSON), "[{\"op\":\"replace\",\"path\":\"/data/a\",\"value\":\"" + value + "\"}]");
      that(patched.getData().get("a").equals(value), patched.getData());
    }
  }

  private void apply() throws Exception {
    PatchContext mine = new PatchContext.Builder().withPatchType(PatchType.SERVER_SIDE_APPLY).withFieldManager("mine").build();
    for (String value : List.of("1", "2")) {
      ConfigMap applied = client.configMaps().inNamespace(namespace).resource(configMap("applied", "a", value)).patch(mine);
      that(applied.getData().get("a").equals(value), applied.getData());
      that(applied.getMetadata().getManagedFields().get(0).getOperation().equals("Apply"), applied);
    }
    KubernetesClientException conflict =
        refused(
            () ->
                client.configMaps().inNamespace(namespace).resource(configMap("applied", "a", "3")).fieldManager("other").serverSideApply());
    that(conflict.getCode() == 409, conflict);
    ConfigMap forced =
        client.configMaps().inNamespace(namespace).resource(configMap("applied", "a", "3")).fieldManager("other").forceConflicts().serverSideApply();
    that(forced.getData().get("a").equals("3"), forced.getData());
  }

  private void pages() {
    for (int i = 0; i < 25; i++) {
      client.secrets().inNamespace(namespace)
          .resource(
              new SecretBuilder().withNewMetadata().withName(String.format("page-%02d", i)).addToLabels("app", "java").endMetadata()
                  .addToStringData("i", "" + i).build())
          .create();
    }
    for (long limit : new long[] {10, 7}) {
      List<String> names = new ArrayList<>();
      String token = null;
      do {
        SecretList page =
            client.secrets().inNamespace(namespace).withLabel("app", "java")
                .list(new ListOptionsBuilder().withLimit(limit).withContinue(token).build());
        page.getItems().forEach(one -> names.add(one.getMetadata().getName()));
        token = page.getMetadata().getContinue();
      } while (token != null && !token.isEmpty());
      that(names.size() == 25 && names.get(24).equals("page-24"), names);
    }
    client.secrets().inNamespace(namespace).withLabel("app", "java").delete();
    that(client.secrets().inNamespace(namespace).withLabel("app", "java").list().getItems().isEmpty(), "left");
  }

  private void watches() throws Exception {
    for (int count = 1; count <= 2; count++) {
      String name = "watched-" + count;
      BlockingQueue<String> seen = new LinkedBlockingQueue<>();
      Watcher<ConfigMap> watcher =
          new Watcher<ConfigMap>() {
            @Override
            public void eventReceived(Action action, ConfigMap object) {
              seen.add(action + " " + object.getData());
            }

            @Override
            public void onClose(WatcherException cause) {
              seen.add("closed " + cause);
            }
          };
      try (Watch watch = client.configMaps().inNamespace(namespace).withName(name).watch(watcher)) {
        client.configMaps().inNamespace(namespace).resource(configMap(name, "a", "1")).create();
        client.configMaps().inNamespace(namespace).withName(name).edit(one -> new ConfigMapBuilder(one).addToData("a", "2").build());
        client.configMaps().inNamespace(namespace).withName(name).delete();
        for (String wanted : List.of("ADDED {a=1}", "MODIFIED {a=2}", "DELETED {a=2}")) {
          String event = seen.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
          that(wanted.equals(event), event);
        }
      }
    }
  }

  private void informers() throws Exception {
    BlockingQueue<String> seen = new LinkedBlockingQueue<>();
    ResourceEventHandler<ConfigMap> handler =
        new ResourceEventHandler<ConfigMap>() {
          @Override
          public void onAdd(ConfigMap one) {
            seen.add("add " + one.getMetadata().getName());
          }

          @Override
          public void onUpdate(ConfigMap before, ConfigMap after) {
            // A resync tells of one that has not changed.
            if (!before.getMetadata().getResourceVersion().equals(after.getMetadata().getResourceVersion()))
              seen.add("update " + after.getData());
          }

          @Override
          public void onDelete(ConfigMap one, boolean unknown) {
            seen.add("delete " + one.getMetadata().getName());
          }
        };
    client.configMaps().inNamespace(namespace).resource(new ConfigMapBuilder(configMap("informed-0", "a", "1")).editMetadata().addToLabels("informed", "yes").endMetadata().build()).create();
    try (SharedIndexInformer<ConfigMap> informer =
        client.configMaps().inNamespace(namespace).withLabel("informed", "yes").inform(handler, 1_000L)) {
      that("add informed-0".equals(seen.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)), "the first");
      for (int count = 1; count <= 2; count++) {
        String name = "informed-" + count;
        client.configMaps().inNamespace(namespace).resource(new ConfigMapBuilder(configMap(name, "a", "1")).editMetadata().addToLabels("informed", "yes").endMetadata().build()).create();
        client.configMaps().inNamespace(namespace).withName(name).edit(one -> new ConfigMapBuilder(one).addToData("a", "2").build());
        client.configMaps().inNamespace(namespace).withName(name).delete();
        for (String wanted : List.of("add " + name, "update {a=2}", "delete " + name)) {
          String event = seen.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
          that(wanted.equals(event), event);
        }
      }
      that(informer.getIndexer().list().size() == 1 && informer.isWatching(), informer.getIndexer().listKeys());
    }
  }

  private void customKinds() throws Exception {
    String group = namespace + ".example.com";
    String definition =
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: boats." + group + "}\n"
            + "spec:\n  group: " + group + "\n  scope: Namespaced\n  names: {plural: boats, singular: boat, kind: Boat}\n"
            + "  versions:\n  - name: v1\n    served: true\n    storage: true\n    subresources: {status: {}}\n    schema:\n      openAPIV3Schema:\n"
            + "        type: object\n        properties:\n          spec: {type: object, properties: {length: {type: integer, minimum: 1}}}\n"
            + "          status: {type: object, properties: {afloat: {type: boolean}}}\n";
    client.load(new ByteArrayInputStream(definition.getBytes(StandardCharsets.UTF_8))).create();
    client.apiextensions().v1().customResourceDefinitions().withName("boats." + group)
        .waitUntilCondition(
            one ->
                one != null && one.getStatus() != null && one.getStatus().getConditions() != null
                    && one.getStatus().getConditions().stream().anyMatch(c -> c.getType().equals("Established") && c.getStatus().equals("True")),
            PATIENCE_SECONDS, TimeUnit.SECONDS);
    ResourceDefinitionContext context =
        new ResourceDefinitionContext.Builder().withGroup(group).withVersion("v1").withKind("Boat").withPlural("boats").withNamespaced(true).build();
    GenericKubernetesResource boat =
        new GenericKubernetesResourceBuilder().withApiVersion(group + "/v1").withKind("Boat").withNewMetadata().withName("b").endMetadata().build();
    for (int length = 5; length <= 6; length++) {
      boat.setAdditionalProperty("spec", Map.of("length", length));
      client.genericKubernetesResources(context).inNamespace(namespace).resource(boat).serverSideApply();
      GenericKubernetesResource status = new GenericKubernetesResourceBuilder(boat).build();
      status.setAdditionalProperty("status", Map.of("afloat", length == 5));
      GenericKubernetesResource shown =
          client.genericKubernetesResources(context).inNamespace(namespace).resource(status).patchStatus();
      that(shown.get("status", "afloat").equals(length == 5) && shown.get("spec", "length").equals(length), shown);
    }
    boat.setAdditionalProperty("spec", Map.of("length", 0));
    KubernetesClientException invalid =
        refused(() -> client.genericKubernetesResources(context).inNamespace(namespace).resource(boat).update());
    that(invalid.getCode() == 422 && invalid.getStatus().getDetails().getCauses().get(0).getField().equals("spec.length"), invalid.getStatus());
    that(client.genericKubernetesResources(context).inAnyNamespace().list().getItems().size() == 1, "boats");
  }

  private void leaderElection() throws Exception {
    for (String identity : List.of("first", "second")) {
      BlockingQueue<String> seen = new LinkedBlockingQueue<>();
      LeaderElector elector =
          client.leaderElector()
              .withConfig(
                  new LeaderElectionConfigBuilder()
                      .withName("election")
                      .withLeaseDuration(Duration.ofSeconds(15))
                      .withRenewDeadline(Duration.ofSeconds(10))
                      .withRetryPeriod(Duration.ofSeconds(1))
                      .withReleaseOnCancel(true)
                      .withLock(new LeaseLock(namespace, "election", identity))
                      .withLeaderCallbacks(new LeaderCallbacks(() -> seen.add("leads"), () -> seen.add("stopped"), one -> {}))
                      .build())
              .build();
      CompletableFuture<?> election = elector.start();
      that("leads".equals(seen.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)), identity);
      that(
          client.leases().inNamespace(namespace).withName("election").get().getSpec().getHolderIdentity().equals(identity), identity);
      election.cancel(true);
      that("stopped".equals(seen.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)), identity);
      // The client gives a lease up by shortening it to a second.
      client.leases().inNamespace(namespace).withName("election")
          .waitUntilCondition(one -> one != null && one.getSpec().getLeaseDurationSeconds() == 1, PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
  }

  private void workloads() {
    client.apps().deployments().inNamespace(namespace)
        .resource(
            new DeploymentBuilder()
                .withNewMetadata().withName("web").endMetadata()
                .withNewSpec().withReplicas(2)
                .withNewSelector().addToMatchLabels("app", "java").endSelector()
                .withNewTemplate()
                .withNewMetadata().addToLabels("app", "java").endMetadata()
                .withNewSpec().addNewContainer().withName("web").withImage("web:1").endContainer().endSpec()
                .endTemplate().endSpec().build())
        .create();
    client.apps().deployments().inNamespace(namespace).withName("web").waitUntilReady(PATIENCE_SECONDS, TimeUnit.SECONDS);
    for (int replicas : new int[] {3, 1}) {
      client.apps().deployments().inNamespace(namespace).withName("web").scale(replicas);
      updateImage("web:" + (10 + replicas));
      client.apps().deployments().inNamespace(namespace).withName("web")
          .waitUntilCondition(
              one ->
                  one.getStatus().getObservedGeneration().equals(one.getMetadata().getGeneration())
                      && Integer.valueOf(replicas).equals(one.getStatus().getUpdatedReplicas())
                      && Integer.valueOf(replicas).equals(one.getStatus().getAvailableReplicas())
                      && Integer.valueOf(replicas).equals(one.getStatus().getReplicas()),
              PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
  }

  /** The client names the revision that it read: a conflict with the deployment's controller is tried again. */
  private void updateImage(String image) {
    while (true) {
      try {
        client.apps().deployments().inNamespace(namespace).withName("web").rolling().updateImage(image);
        return;
      } catch (KubernetesClientException error) {
        if (error.getCode() != 409) throw error;
      }
    }
  }

  private void refusals() throws Exception {
    Pod pod =
        client.pods().inNamespace(namespace).withLabel("app", "java").list().getItems().stream()
            .filter(one -> one.getMetadata().getDeletionTimestamp() == null && "Running".equals(one.getStatus().getPhase()))
            .findFirst().orElseThrow();
    String name = pod.getMetadata().getName();
    // The client tries again for seconds what was refused with 501, unless it is told not to.
    Config settings = new ConfigBuilder(client.getConfiguration()).withRequestRetryBackoffLimit(0).build();
    try (KubernetesClient once = new KubernetesClientBuilder().withConfig(settings).build()) {
      notRun(once, name);
    }
    client.pods().inNamespace(namespace).withName(name).evict();
  }

  private void notRun(KubernetesClient client, String name) throws Exception {
    KubernetesClientException log = refused(() -> client.pods().inNamespace(namespace).withName(name).getLog());
    that(log.getCode() == 501 && log.getStatus().getKind().equals("Status"), log);
    StringBuilder told = new StringBuilder();
    try (ExecWatch run = client.pods().inNamespace(namespace).withName(name).redirectingOutput().redirectingError().exec("ls")) {
      run.exitCode().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (Exception error) {
      // Which exception tells the code differs between the HTTP libraries.
      for (Throwable cause = error; cause != null; cause = cause.getCause()) told.append(cause).append('\n');
    }
    that(told.toString().contains("501"), told);
  }

  private void end() {
    client.apiextensions().v1().customResourceDefinitions().withName("boats." + namespace + ".example.com").delete();
    client.namespaces().withName(namespace).delete();
    client.namespaces().withName(namespace).waitUntilCondition(one -> one == null, PATIENCE_SECONDS, TimeUnit.SECONDS);
  }
}
