//! What programs do with kube-rs: apply, and reflectors by lists in pages and by lists that stream.
//!
//! Usage: drydock-clients NAMESPACE, with KUBECONFIG set. Prints `ok WHAT` after each part.
use futures::TryStreamExt;
use k8s_openapi::api::core::v1::{ConfigMap, Namespace};
use kube::api::{Api, DeleteParams, ListParams, ObjectMeta, Patch, PatchParams, PostParams};
use kube::runtime::{WatchStreamExt, reflector, watcher};
use kube::{Client, ResourceExt};
use std::collections::BTreeMap;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let namespace = std::env::args().nth(1).expect("a namespace");
    let client = Client::try_default().await?;
    assert!(client.apiserver_version().await?.git_version.starts_with("v1."));
    println!("ok version");
    let made = Namespace { metadata: ObjectMeta { name: Some(namespace.clone()), ..Default::default() }, ..Default::default() };
    Api::<Namespace>::all(client.clone()).create(&PostParams::default(), &made).await?;
    let maps: Api<ConfigMap> = Api::namespaced(client.clone(), &namespace);
    for streaming in [false, true] {
        let (reader, writer) = reflector::store();
        let config = if streaming { watcher::Config::default().streaming_lists() } else { watcher::Config::default().page_size(1) };
        let mut seen = std::pin::pin!(watcher(maps.clone(), config).default_backoff().reflect(writer).touched_objects());
        for value in ["1", "2"] {
            let name = format!("watched-{streaming}");
            let object = serde_json::json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"a": value}});
            maps.patch(&name, &PatchParams::apply("rust").force(), &Patch::Apply(&object)).await?;
            while let Some(one) = seen.try_next().await? {
                let wanted = BTreeMap::from([("a".to_string(), value.to_string())]);
                if one.name_any() == name && one.data == Some(wanted) { break; }
            }
        }
        assert!(reader.len() >= 2);
        println!("ok reflector streaming={streaming}");
    }
    assert!(maps.list(&ListParams::default().limit(1)).await?.metadata.continue_.is_some());
    println!("ok pages");
    Api::<Namespace>::all(client).delete(&namespace, &DeleteParams::default()).await?;
    Ok(())
}
