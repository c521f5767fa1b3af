package main

import (
	"context"
	"fmt"
	"reflect"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/metadata/metadatainformer"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
)

// What an informer told, in its order.
type told chan string

func (seen told) handler() cache.ResourceEventHandler {
	name := func(object any) string { return object.(metav1.Object).GetName() }
	return cache.ResourceEventHandlerFuncs{
		AddFunc:    func(object any) { seen <- "add " + name(object) },
		UpdateFunc: func(_, object any) { seen <- "update " + name(object) },
		DeleteFunc: func(object any) { seen <- "delete " + name(object) },
	}
}

func (seen told) expect(wanted ...string) error {
	for _, one := range wanted {
		select {
		case event := <-seen:
			if event != one {
				return fmt.Errorf("%q came where %q was expected", event, one)
			}
		case <-time.After(patience):
			return fmt.Errorf("%q did not come", one)
		}
	}
	return nil
}

var settings = schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}

// Makes, changes and deletes two objects, and expects each to be told of.
func changesAreTold(ctx context.Context, config *rest.Config, namespace, prefix string, seen told) error {
	maps := kubernetes.NewForConfigOrDie(config).CoreV1().ConfigMaps(namespace)
	for count := range 2 {
		name := fmt.Sprintf("%s-%d", prefix, count)
		made, err := maps.Create(ctx, configMap(name), metav1.CreateOptions{})
		if err != nil {
			return err
		}
		made.Data = map[string]string{"a": "2"}
		if _, err := maps.Update(ctx, made, metav1.UpdateOptions{}); err != nil {
			return err
		}
		if err := maps.Delete(ctx, name, metav1.DeleteOptions{}); err != nil {
			return err
		}
		if err := seen.expect("add "+name, "update "+name, "delete "+name); err != nil {
			return err
		}
	}
	return nil
}

func configMap(name string) *corev1.ConfigMap {
	return &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"app": "go"}}}
}

func onlyOurs(options *metav1.ListOptions) { options.LabelSelector = "app=go" }

// A list as the beginning of a watch (sendInitialEvents) is what client-go asks for first.
func streamingInformers(ctx context.Context, config *rest.Config, namespace string) error {
	client := kubernetes.NewForConfigOrDie(config)
	if _, err := client.CoreV1().ConfigMaps(namespace).Create(ctx, configMap("first"), metav1.CreateOptions{}); err != nil {
		return err
	}
	wait := true
	watch, err := client.CoreV1().ConfigMaps(namespace).Watch(ctx, metav1.ListOptions{
		LabelSelector: "app=go", SendInitialEvents: &wait, AllowWatchBookmarks: true,
		ResourceVersionMatch: metav1.ResourceVersionMatchNotOlderThan,
	})
	if err != nil {
		return err
	}
	defer watch.Stop()
	for _, wanted := range []string{"ADDED", "BOOKMARK"} {
		event := <-watch.ResultChan()
		if string(event.Type) != wanted {
			return fmt.Errorf("%v came where %s was expected", event, wanted)
		}
		if wanted == "BOOKMARK" && event.Object.(*corev1.ConfigMap).Annotations[metav1.InitialEventsAnnotationKey] != "true" {
			return fmt.Errorf("the bookmark does not end the list: %v", event.Object)
		}
	}
	within, cancel := context.WithCancel(ctx)
	defer cancel()
	factory := informers.NewSharedInformerFactoryWithOptions(client, 0, informers.WithNamespace(namespace), informers.WithTweakListOptions(onlyOurs))
	seen := make(told, 100)
	informer := factory.Core().V1().ConfigMaps().Informer()
	if _, err := informer.AddEventHandler(seen.handler()); err != nil {
		return err
	}
	factory.Start(within.Done())
	if !factory.WaitForCacheSync(within.Done())[reflect.TypeFor[*corev1.ConfigMap]()] {
		return fmt.Errorf("the cache did not fill")
	}
	if err := seen.expect("add first"); err != nil {
		return err
	}
	return changesAreTold(ctx, config, namespace, "streamed", seen)
}

func metadataInformers(ctx context.Context, config *rest.Config, namespace string) error {
	within, cancel := context.WithCancel(ctx)
	defer cancel()
	client := metadata.NewForConfigOrDie(config)
	factory := metadatainformer.NewFilteredSharedInformerFactory(client, 0, namespace, onlyOurs)
	seen := make(told, 100)
	if _, err := factory.ForResource(settings).Informer().AddEventHandler(seen.handler()); err != nil {
		return err
	}
	factory.Start(within.Done())
	factory.WaitForCacheSync(within.Done())
	if err := seen.expect("add first"); err != nil {
		return err
	}
	if err := changesAreTold(ctx, config, namespace, "metadata", seen); err != nil {
		return err
	}
	patched, err := client.Resource(settings).Namespace(namespace).Patch(
		ctx, "first", types.MergePatchType, []byte(`{"metadata":{"annotations":{"a":"b"}}}`), metav1.PatchOptions{})
	if err != nil || patched.Annotations["a"] != "b" {
		return fmt.Errorf("%v: %w", patched, err)
	}
	return nil
}

func dynamicInformers(ctx context.Context, config *rest.Config, namespace string) error {
	within, cancel := context.WithCancel(ctx)
	defer cancel()
	client := dynamic.NewForConfigOrDie(config)
	boats := schema.GroupVersionResource{Group: groupOf(namespace), Version: "v1", Resource: "boats"}
	factory := dynamicinformer.NewFilteredDynamicSharedInformerFactory(client, 0, namespace, nil)
	seen := make(told, 100)
	if _, err := factory.ForResource(boats).Informer().AddEventHandler(seen.handler()); err != nil {
		return err
	}
	factory.Start(within.Done())
	factory.WaitForCacheSync(within.Done())
	for count := range 2 {
		name := fmt.Sprintf("dynamic-%d", count)
		boat := &unstructured.Unstructured{Object: map[string]any{
			"apiVersion": groupOf(namespace) + "/v1", "kind": "Boat",
			"metadata": map[string]any{"name": name}, "spec": map[string]any{"length": int64(3)},
		}}
		for _, length := range []int64{3, 4} {
			_ = unstructured.SetNestedField(boat.Object, length, "spec", "length")
			if _, err := client.Resource(boats).Namespace(namespace).Apply(ctx, name, boat, metav1.ApplyOptions{FieldManager: "go"}); err != nil {
				return err
			}
		}
		if err := client.Resource(boats).Namespace(namespace).Delete(ctx, name, metav1.DeleteOptions{}); err != nil {
			return err
		}
		if err := seen.expect("add "+name, "update "+name, "delete "+name); err != nil {
			return err
		}
	}
	return nil
}
