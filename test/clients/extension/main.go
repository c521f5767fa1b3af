// An extension API server on k8s.io/apiserver: its authentication and authorization are delegated, with nothing but a
// kubeconfig of the cluster that it extends.
package main

import (
	"context"
	"flag"
	"fmt"
	"net"
	"os"
	"strconv"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/watch"
	openapinamer "k8s.io/apiserver/pkg/endpoints/openapi"
	"k8s.io/apiserver/pkg/registry/rest"
	"k8s.io/apiserver/pkg/server"
	"k8s.io/apiserver/pkg/server/options"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/component-base/compatibility"
	"k8s.io/kube-openapi/pkg/common"
	"k8s.io/kube-openapi/pkg/validation/spec"
)

func main() {
	kubeconfig := flag.String("kubeconfig", "", "of the cluster that is extended")
	port := flag.Int("port", 0, "")
	folder := flag.String("cert-dir", "", "with tls.crt and tls.key")
	flag.Parse()
	if err := run(*kubeconfig, *folder, *port); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(kubeconfig, folder string, port int) error {
	scheme := runtime.NewScheme()
	for _, version := range []schema.GroupVersion{groupVersion, {Group: groupVersion.Group, Version: runtime.APIVersionInternal}} {
		scheme.AddKnownTypeWithName(version.WithKind("Note"), &Note{})
		scheme.AddKnownTypeWithName(version.WithKind("NoteList"), &NoteList{})
	}
	metav1.AddToGroupVersion(scheme, groupVersion)
	metav1.AddToGroupVersion(scheme, schema.GroupVersion{Version: "v1"})
	if err := scheme.SetVersionPriority(groupVersion); err != nil {
		return err
	}
	codecs := serializer.NewCodecFactory(scheme)
	config := server.NewRecommendedConfig(codecs)
	config.EffectiveVersion = compatibility.NewEffectiveVersionFromString("1.34", "", "")
	namer := openapinamer.NewDefinitionNamer(scheme)
	config.OpenAPIConfig = server.DefaultOpenAPIConfig(definitions, namer)
	config.OpenAPIConfig.Info.Title = "Notes"
	config.OpenAPIV3Config = server.DefaultOpenAPIV3Config(definitions, namer)
	config.OpenAPIV3Config.Info.Title = "Notes"

	serving := options.NewSecureServingOptions().WithLoopback()
	serving.BindAddress = net.ParseIP("127.0.0.1")
	serving.BindPort = port
	serving.ServerCert.CertKey = options.CertKey{CertFile: folder + "/tls.crt", KeyFile: folder + "/tls.key"}
	if err := serving.ApplyTo(&config.SecureServing, &config.LoopbackClientConfig); err != nil {
		return err
	}
	authentication := options.NewDelegatingAuthenticationOptions()
	authentication.RemoteKubeConfigFile = kubeconfig
	if err := authentication.ApplyTo(&config.Authentication, config.SecureServing, config.OpenAPIConfig); err != nil {
		return err
	}
	authorization := options.NewDelegatingAuthorizationOptions()
	authorization.RemoteKubeConfigFile = kubeconfig
	if err := authorization.ApplyTo(&config.Authorization); err != nil {
		return err
	}
	// As the recommended options do: the main server's API reaches admission of this one.
	core, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(core)
	if err != nil {
		return err
	}
	config.SharedInformerFactory = informers.NewSharedInformerFactory(client, 0)

	made, err := config.Complete().New("notes", server.NewEmptyDelegate())
	if err != nil {
		return err
	}
	group := server.NewDefaultAPIGroupInfo(groupVersion.Group, scheme, metav1.ParameterCodec, codecs)
	group.VersionedResourcesStorageMap["v1"] = map[string]rest.Storage{"notes": &notes{
		TableConvertor: rest.NewDefaultTableConvertor(schema.GroupResource{Group: groupVersion.Group, Resource: "notes"}),
		byKey:          map[string]*Note{},
		heard:          watch.NewBroadcaster(100, watch.DropIfChannelFull),
	}}
	if err := made.InstallAPIGroup(&group); err != nil {
		return err
	}
	fmt.Println("serving on " + strconv.Itoa(port))
	return made.PrepareRun().RunWithContext(context.Background())
}

// definitions are what generators would write.
func definitions(ref common.ReferenceCallback) map[string]common.OpenAPIDefinition {
	object := func(members map[string]spec.Schema) common.OpenAPIDefinition {
		return common.OpenAPIDefinition{Schema: spec.Schema{SchemaProps: spec.SchemaProps{Type: []string{"object"}, Properties: members}}}
	}
	text := *spec.StringProperty()
	any := spec.Schema{SchemaProps: spec.SchemaProps{Type: []string{"object"}}}
	all := map[string]common.OpenAPIDefinition{
		"main.Note":     object(map[string]spec.Schema{"text": text, "writer": text, "kind": text, "apiVersion": text, "metadata": any}),
		"main.NoteList": object(map[string]spec.Schema{"kind": text, "apiVersion": text, "metadata": any}),
	}
	for _, name := range []string{"APIGroup", "APIGroupList", "APIResourceList", "APIVersions", "WatchEvent", "Status", "DeleteOptions", "Patch", "ObjectMeta", "ListMeta"} {
		all["k8s.io/apimachinery/pkg/apis/meta/v1."+name] = object(nil)
	}
	all["k8s.io/apimachinery/pkg/version.Info"] = object(nil)
	return all
}
