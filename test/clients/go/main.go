// What operators do with controller-runtime and client-go: a manager with its cache, leader election, reconcilers with
// finalizers, owners, apply and status; informers of every sort, protobuf, discovery.
//
// Usage: clients NAMESPACE, with KUBECONFIG set. Prints `ok WHAT` after each part and ends at the first that fails.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	ctrl "sigs.k8s.io/controller-runtime"
)

const patience = 2 * time.Minute

type part struct {
	name string
	run  func(context.Context, *rest.Config, string) error
}

func main() {
	ctrl.SetLogger(logr.Discard())
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	must("the kubeconfig", err)
	config.QPS, config.Burst = 200, 400
	namespace := os.Args[1]
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	_, err = kubernetes.NewForConfigOrDie(config).CoreV1().Namespaces().Create(
		ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}}, metav1.CreateOptions{})
	must("the namespace", err)
	parts := []part{
		{"discovery and a mapper", discoveryAndMapper},
		{"protobuf", protobuf},
		{"informers of lists that stream", streamingInformers},
		{"metadata informers", metadataInformers},
		{"a definition", definition},
		{"dynamic informers", dynamicInformers},
		{"a manager with a cache, an election and a reconciler", manager},
		{"webhooks of all three kinds", webhooks},
		{"the end", theEnd},
	}
	for _, one := range parts {
		must(one.name, one.run(ctx, config, namespace))
		fmt.Println("ok", one.name)
	}
}

func must(what string, err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", what, err)
		os.Exit(1)
	}
}
