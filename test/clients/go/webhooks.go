package main

import (
	"context"
	"fmt"
	"strings"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	clientscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/conversion"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/webhook"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"
)

// Raft is a kind of two versions; this is the one that is stored.
type Raft struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Spec              RaftSpec `json:"spec,omitempty"`
}

// RaftSpec is how many logs there are, and of what wood.
type RaftSpec struct {
	Logs int    `json:"logs,omitempty"`
	Wood string `json:"wood,omitempty"`
}

// Hub says that other versions are made of this one.
func (*Raft) Hub() {}

// DeepCopyObject makes Raft an object.
func (raft *Raft) DeepCopyObject() runtime.Object {
	copied := *raft
	raft.ObjectMeta.DeepCopyInto(&copied.ObjectMeta)
	return &copied
}

// OldRaft has both in one text.
type OldRaft struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Spec              OldRaftSpec `json:"spec,omitempty"`
}

// OldRaftSpec reads `3 of oak`.
type OldRaftSpec struct {
	Made string `json:"made,omitempty"`
}

// ConvertTo makes the stored version.
func (old *OldRaft) ConvertTo(hub conversion.Hub) error {
	raft := hub.(*Raft)
	raft.ObjectMeta = old.ObjectMeta
	_, err := fmt.Sscanf(old.Spec.Made, "%d of %s", &raft.Spec.Logs, &raft.Spec.Wood)
	return err
}

// ConvertFrom makes the old version.
func (old *OldRaft) ConvertFrom(hub conversion.Hub) error {
	raft := hub.(*Raft)
	old.ObjectMeta = raft.ObjectMeta
	old.Spec.Made = fmt.Sprintf("%d of %s", raft.Spec.Logs, raft.Spec.Wood)
	return nil
}

// DeepCopyObject makes OldRaft an object.
func (old *OldRaft) DeepCopyObject() runtime.Object {
	copied := *old
	old.ObjectMeta.DeepCopyInto(&copied.ObjectMeta)
	return &copied
}

type rafts struct{}

func (rafts) Default(_ context.Context, raft *Raft) error {
	if raft.Spec.Wood == "" {
		raft.Spec.Wood = "pine"
	}
	return nil
}

func (rafts) ValidateCreate(_ context.Context, raft *Raft) (admission.Warnings, error) {
	if raft.Spec.Logs < 2 {
		return nil, fmt.Errorf("a raft of %d logs does not float", raft.Spec.Logs)
	}
	return nil, nil
}

func (check rafts) ValidateUpdate(ctx context.Context, _, raft *Raft) (admission.Warnings, error) {
	return check.ValidateCreate(ctx, raft)
}

func (rafts) ValidateDelete(_ context.Context, raft *Raft) (admission.Warnings, error) {
	if raft.Annotations["kept"] != "" {
		return nil, fmt.Errorf("this raft is kept")
	}
	return nil, nil
}

// All three kinds of webhooks, installed as envtest does it and served by the program itself.
func webhooks(ctx context.Context, config *rest.Config, namespace string) error {
	group := groupOf(namespace)
	scheme := runtime.NewScheme()
	_ = clientscheme.AddToScheme(scheme)
	_ = apiextensionsv1.AddToScheme(scheme)
	stored, old := schema.GroupVersion{Group: group, Version: "v1"}, schema.GroupVersion{Group: group, Version: "v1beta1"}
	scheme.AddKnownTypeWithName(stored.WithKind("Raft"), &Raft{})
	scheme.AddKnownTypeWithName(old.WithKind("Raft"), &OldRaft{})
	metav1.AddToGroupVersion(scheme, stored)
	metav1.AddToGroupVersion(scheme, old)

	options := envtest.WebhookInstallOptions{
		MutatingWebhooks:   []*admissionv1.MutatingWebhookConfiguration{mutatingRafts(namespace)},
		ValidatingWebhooks: []*admissionv1.ValidatingWebhookConfiguration{validatingRafts(namespace)},
	}
	if err := options.Install(config); err != nil {
		return err
	}
	defer options.Cleanup()
	_, err := envtest.InstallCRDs(config, envtest.CRDInstallOptions{
		Scheme: scheme, CRDs: []*apiextensionsv1.CustomResourceDefinition{raftDefinition(group)}, WebhookOptions: options,
	})
	if err != nil {
		return err
	}
	made, err := ctrl.NewManager(config, ctrl.Options{
		Scheme: scheme, Metrics: server.Options{BindAddress: "0"},
		WebhookServer: webhook.NewServer(webhook.Options{
			Host: options.LocalServingHost, Port: options.LocalServingPort, CertDir: options.LocalServingCertDir,
		}),
	})
	if err != nil {
		return err
	}
	err = ctrl.NewWebhookManagedBy(made, &Raft{}).WithDefaulter(rafts{}).WithValidator(rafts{}).Complete()
	if err != nil {
		return err
	}
	within, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- made.Start(within) }()
	writer, err := client.New(config, client.Options{Scheme: scheme})
	if err == nil {
		err = until(ctx, "the webhooks are served", func(context.Context) bool {
			return made.GetWebhookServer().StartedChecker()(nil) == nil
		})
	}
	if err == nil {
		err = aRaftsLife(ctx, writer, namespace)
	}
	cancel()
	if stopped := <-ended; err == nil {
		err = stopped
	}
	return err
}

func aRaftsLife(ctx context.Context, writer client.Client, namespace string) error {
	named := func(name string) metav1.ObjectMeta { return metav1.ObjectMeta{Name: name, Namespace: namespace} }
	raft := &Raft{ObjectMeta: named("raft"), Spec: RaftSpec{Logs: 3}}
	if err := writer.Create(ctx, raft); err != nil {
		return err
	}
	old := &OldRaft{}
	if err := writer.Get(ctx, client.ObjectKeyFromObject(raft), old); err != nil {
		return err
	}
	if raft.Spec.Wood != "pine" || old.Spec.Made != "3 of pine" {
		return fmt.Errorf("neither filled in nor converted: %+v, %+v", raft.Spec, old.Spec)
	}
	err := writer.Create(ctx, &Raft{ObjectMeta: named("sunk"), Spec: RaftSpec{Logs: 1}})
	if err == nil || !strings.Contains(err.Error(), "denied the request: a raft of 1 logs does not float") {
		return fmt.Errorf("not refused: %v", err)
	}
	// The old version is converted before its webhooks see it: they ask for the stored one.
	older := &OldRaft{ObjectMeta: named("old"), Spec: OldRaftSpec{Made: "1 of oak"}}
	if err := writer.Create(ctx, older); err == nil || !strings.Contains(err.Error(), "does not float") {
		return fmt.Errorf("not refused in the old version: %v", err)
	}
	older = &OldRaft{ObjectMeta: named("old"), Spec: OldRaftSpec{Made: "4 of oak"}}
	if err := writer.Create(ctx, older); err != nil {
		return err
	}
	old.Spec.Made = "5 of elm"
	old.Annotations = map[string]string{"kept": "yes"}
	if err := writer.Update(ctx, old); err != nil {
		return err
	}
	if err := writer.Get(ctx, client.ObjectKeyFromObject(raft), raft); err != nil {
		return err
	}
	if raft.Spec.Logs != 5 || raft.Spec.Wood != "elm" {
		return fmt.Errorf("not converted back: %+v", raft.Spec)
	}
	if err := writer.Delete(ctx, raft); err == nil || !strings.Contains(err.Error(), "this raft is kept") {
		return fmt.Errorf("deleted: %v", err)
	}
	raft.Annotations = nil
	if err := writer.Update(ctx, raft); err != nil {
		return err
	}
	return writer.Delete(ctx, raft)
}

func raftRules(group string) []admissionv1.RuleWithOperations {
	return []admissionv1.RuleWithOperations{{
		Operations: []admissionv1.OperationType{admissionv1.Create, admissionv1.Update, admissionv1.Delete},
		Rule:       admissionv1.Rule{APIGroups: []string{group}, APIVersions: []string{"v1"}, Resources: []string{"rafts"}},
	}}
}

// The path that controller-runtime serves it at.
func raftClient(what, group string) admissionv1.WebhookClientConfig {
	path := "/" + what + "-" + strings.ReplaceAll(group, ".", "-") + "-v1-raft"
	return admissionv1.WebhookClientConfig{Service: &admissionv1.ServiceReference{Name: "rafts", Namespace: "default", Path: &path}}
}

func mutatingRafts(namespace string) *admissionv1.MutatingWebhookConfiguration {
	none := admissionv1.SideEffectClassNone
	group := groupOf(namespace)
	return &admissionv1.MutatingWebhookConfiguration{
		ObjectMeta: metav1.ObjectMeta{Name: "rafts-" + namespace},
		Webhooks: []admissionv1.MutatingWebhook{{
			Name: "filled.rafts.example.com", ClientConfig: raftClient("mutate", group), Rules: raftRules(group)[:1],
			SideEffects: &none, AdmissionReviewVersions: []string{"v1"},
		}},
	}
}

func validatingRafts(namespace string) *admissionv1.ValidatingWebhookConfiguration {
	none := admissionv1.SideEffectClassNone
	group := groupOf(namespace)
	return &admissionv1.ValidatingWebhookConfiguration{
		ObjectMeta: metav1.ObjectMeta{Name: "rafts-" + namespace},
		Webhooks: []admissionv1.ValidatingWebhook{{
			Name: "checked.rafts.example.com", ClientConfig: raftClient("validate", group), Rules: raftRules(group),
			SideEffects: &none, AdmissionReviewVersions: []string{"v1"},
		}},
	}
}

func raftDefinition(group string) *apiextensionsv1.CustomResourceDefinition {
	version := func(name string, storage bool, members map[string]apiextensionsv1.JSONSchemaProps) apiextensionsv1.CustomResourceDefinitionVersion {
		spec := apiextensionsv1.JSONSchemaProps{Type: "object", Properties: members}
		return apiextensionsv1.CustomResourceDefinitionVersion{
			Name: name, Served: true, Storage: storage,
			Schema: &apiextensionsv1.CustomResourceValidation{OpenAPIV3Schema: &apiextensionsv1.JSONSchemaProps{
				Type: "object", Properties: map[string]apiextensionsv1.JSONSchemaProps{"spec": spec},
			}},
		}
	}
	text, number := apiextensionsv1.JSONSchemaProps{Type: "string"}, apiextensionsv1.JSONSchemaProps{Type: "integer"}
	return &apiextensionsv1.CustomResourceDefinition{
		TypeMeta:   metav1.TypeMeta{APIVersion: "apiextensions.k8s.io/v1", Kind: "CustomResourceDefinition"},
		ObjectMeta: metav1.ObjectMeta{Name: "rafts." + group},
		Spec: apiextensionsv1.CustomResourceDefinitionSpec{
			Group: group, Scope: apiextensionsv1.NamespaceScoped,
			Names: apiextensionsv1.CustomResourceDefinitionNames{Plural: "rafts", Singular: "raft", Kind: "Raft", ListKind: "RaftList"},
			Versions: []apiextensionsv1.CustomResourceDefinitionVersion{
				version("v1", true, map[string]apiextensionsv1.JSONSchemaProps{"logs": number, "wood": text}),
				version("v1beta1", false, map[string]apiextensionsv1.JSONSchemaProps{"made": text}),
			},
		},
	}
}
