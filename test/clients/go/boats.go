package main

import (
	"context"
	"time"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/client/clientset/clientset"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

// Boat is a kind with a status, made by a definition.
type Boat struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Spec              BoatSpec   `json:"spec,omitempty"`
	Status            BoatStatus `json:"status,omitempty"`
}

// BoatSpec is what is wished.
type BoatSpec struct {
	Length int `json:"length,omitempty"`
}

// BoatStatus is what was seen.
type BoatStatus struct {
	Length     int                `json:"length,omitempty"`
	Conditions []metav1.Condition `json:"conditions,omitempty"`
}

// BoatList is a list of boats.
type BoatList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Boat `json:"items"`
}

// DeepCopyObject makes Boat an object.
func (boat *Boat) DeepCopyObject() runtime.Object {
	copied := *boat
	boat.ObjectMeta.DeepCopyInto(&copied.ObjectMeta)
	copied.Status.Conditions = append([]metav1.Condition(nil), boat.Status.Conditions...)
	return &copied
}

// DeepCopyObject makes BoatList an object.
func (list *BoatList) DeepCopyObject() runtime.Object {
	copied := *list
	copied.Items = nil
	for i := range list.Items {
		copied.Items = append(copied.Items, *list.Items[i].DeepCopyObject().(*Boat))
	}
	return &copied
}

func groupOf(namespace string) string { return namespace + ".example.com" }

func addBoats(scheme *runtime.Scheme, namespace string) {
	version := schema.GroupVersion{Group: groupOf(namespace), Version: "v1"}
	scheme.AddKnownTypes(version, &Boat{}, &BoatList{})
	metav1.AddToGroupVersion(scheme, version)
}

func definition(ctx context.Context, config *rest.Config, namespace string) error {
	definitions := clientset.NewForConfigOrDie(config).ApiextensionsV1().CustomResourceDefinitions()
	name := "boats." + groupOf(namespace)
	open := true
	_, err := definitions.Create(ctx, &v1.CustomResourceDefinition{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: v1.CustomResourceDefinitionSpec{
			Group: groupOf(namespace), Scope: v1.NamespaceScoped,
			Names: v1.CustomResourceDefinitionNames{Plural: "boats", Singular: "boat", Kind: "Boat", ListKind: "BoatList"},
			Versions: []v1.CustomResourceDefinitionVersion{{
				Name: "v1", Served: true, Storage: true,
				Subresources: &v1.CustomResourceSubresources{Status: &v1.CustomResourceSubresourceStatus{}},
				Schema:       &v1.CustomResourceValidation{OpenAPIV3Schema: &v1.JSONSchemaProps{Type: "object", XPreserveUnknownFields: &open}},
			}},
		},
	}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	return wait.PollUntilContextTimeout(ctx, 50*time.Millisecond, patience, true, func(ctx context.Context) (bool, error) {
		found, err := definitions.Get(ctx, name, metav1.GetOptions{})
		if err != nil {
			return false, err
		}
		for _, one := range found.Status.Conditions {
			if one.Type == v1.Established && one.Status == v1.ConditionTrue {
				return true, nil
			}
		}
		return false, nil
	})
}

func theEnd(ctx context.Context, config *rest.Config, namespace string) error {
	name := "boats." + groupOf(namespace)
	if err := clientset.NewForConfigOrDie(config).ApiextensionsV1().CustomResourceDefinitions().Delete(ctx, name, metav1.DeleteOptions{}); err != nil {
		return err
	}
	namespaces := kubernetes.NewForConfigOrDie(config).CoreV1().Namespaces()
	if err := namespaces.Delete(ctx, namespace, metav1.DeleteOptions{}); err != nil {
		return err
	}
	return wait.PollUntilContextTimeout(ctx, 50*time.Millisecond, patience, true, func(ctx context.Context) (bool, error) {
		_, err := namespaces.Get(ctx, namespace, metav1.GetOptions{})
		return apierrors.IsNotFound(err), nil
	})
}
