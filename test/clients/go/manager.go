package main

import (
	"context"
	"fmt"
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/wait"
	applyv1 "k8s.io/client-go/applyconfigurations/core/v1"
	applymetav1 "k8s.io/client-go/applyconfigurations/meta/v1"
	"k8s.io/client-go/kubernetes"
	clientscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"
)

const finalizer = "example.com/boats"

// Keeps a ConfigMap, owned by its boat, that says how long the boat is; a boat goes when its finalizer was seen to.
type boats struct {
	client.Client
	events func(*Boat, string)
}

func (r *boats) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	boat := &Boat{}
	if err := r.Get(ctx, request.NamespacedName, boat); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if !boat.DeletionTimestamp.IsZero() {
		if controllerutil.RemoveFinalizer(boat, finalizer) {
			return ctrl.Result{}, r.Update(ctx, boat)
		}
		return ctrl.Result{}, nil
	}
	if controllerutil.AddFinalizer(boat, finalizer) {
		return ctrl.Result{}, r.Update(ctx, boat)
	}
	log := applyv1.ConfigMap(boat.Name, boat.Namespace).
		WithData(map[string]string{"length": strconv.Itoa(boat.Spec.Length)}).
		WithOwnerReferences(applymetav1.OwnerReference().
			WithAPIVersion(boat.APIVersion).WithKind("Boat").WithName(boat.Name).WithUID(boat.UID).WithController(true).WithBlockOwnerDeletion(true))
	if err := r.Apply(ctx, log, client.FieldOwner("boats"), client.ForceOwnership); err != nil {
		return ctrl.Result{}, err
	}
	before := boat.DeepCopyObject().(*Boat)
	boat.Status.Length = boat.Spec.Length
	meta.SetStatusCondition(&boat.Status.Conditions, metav1.Condition{
		Type: "Ready", Status: metav1.ConditionTrue, Reason: "Logged", ObservedGeneration: boat.Generation,
	})
	r.events(boat, "logged")
	return ctrl.Result{}, r.Status().Patch(ctx, boat, client.MergeFrom(before))
}

func newManager(config *rest.Config, namespace string) (ctrl.Manager, error) {
	scheme := runtime.NewScheme()
	_ = clientscheme.AddToScheme(scheme)
	addBoats(scheme, namespace)
	made, err := ctrl.NewManager(config, ctrl.Options{
		Scheme: scheme, Metrics: server.Options{BindAddress: "0"},
		Cache:          cache.Options{DefaultNamespaces: map[string]cache.Config{namespace: {}}},
		LeaderElection: true, LeaderElectionID: "boats", LeaderElectionNamespace: namespace, LeaderElectionReleaseOnCancel: true,
	})
	if err != nil {
		return nil, err
	}
	recorder := made.GetEventRecorder("boats")
	reconciler := &boats{Client: made.GetClient(), events: func(boat *Boat, note string) {
		recorder.Eventf(boat, nil, corev1.EventTypeNormal, "Logged", "Log", "%s", note)
	}}
	builder := ctrl.NewControllerManagedBy(made).Named("boats-" + strconv.FormatInt(time.Now().UnixNano(), 36))
	return made, builder.For(&Boat{}).Owns(&corev1.ConfigMap{}).Complete(reconciler)
}

func manager(ctx context.Context, config *rest.Config, namespace string) error {
	for term := range 2 {
		made, err := newManager(config, namespace)
		if err != nil {
			return err
		}
		within, cancel := context.WithCancel(ctx)
		ended := make(chan error, 1)
		go func() { ended <- made.Start(within) }()
		err = aBoatsLife(ctx, made, namespace, fmt.Sprintf("boat-%d", term))
		cancel()
		if stopped := <-ended; err == nil {
			err = stopped
		}
		if err != nil {
			return fmt.Errorf("term %d: %w", term, err)
		}
		lease, err := kubernetes.NewForConfigOrDie(config).CoordinationV1().Leases(namespace).Get(ctx, "boats", metav1.GetOptions{})
		if err != nil || *lease.Spec.HolderIdentity != "" {
			return fmt.Errorf("the lease was not given up: %v: %w", lease, err)
		}
	}
	return nil
}

func until(ctx context.Context, what string, holds func(context.Context) bool) error {
	err := wait.PollUntilContextTimeout(ctx, 20*time.Millisecond, patience, true, func(ctx context.Context) (bool, error) {
		return holds(ctx), nil
	})
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

func aBoatsLife(ctx context.Context, made ctrl.Manager, namespace, name string) error {
	writer := made.GetClient()
	key := client.ObjectKey{Namespace: namespace, Name: name}
	boat := &Boat{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: namespace}, Spec: BoatSpec{Length: 5}}
	if err := writer.Create(ctx, boat); err != nil {
		return err
	}
	kept := &corev1.ConfigMap{}
	for _, length := range []int{5, 6} {
		patch := fmt.Appendf(nil, `{"spec":{"length":%d}}`, length)
		if err := writer.Patch(ctx, boat, client.RawPatch("application/merge-patch+json", patch)); err != nil {
			return err
		}
		err := until(ctx, "the boat is logged", func(ctx context.Context) bool {
			return writer.Get(ctx, key, kept) == nil && kept.Data["length"] == strconv.Itoa(length) &&
				writer.Get(ctx, key, boat) == nil && boat.Status.Length == length && meta.IsStatusConditionTrue(boat.Status.Conditions, "Ready")
		})
		if err != nil {
			return err
		}
		// What the reconciler owns comes back when it is deleted.
		if err := writer.Delete(ctx, kept); err != nil {
			return err
		}
		gone := kept.UID
		if err := until(ctx, "the log is back", func(ctx context.Context) bool {
			return writer.Get(ctx, key, kept) == nil && kept.UID != gone
		}); err != nil {
			return err
		}
	}
	stale := boat.DeepCopyObject().(*Boat)
	stale.ResourceVersion = "1"
	if err := writer.Update(ctx, stale); !apierrors.IsConflict(err) {
		return fmt.Errorf("a stale write: %w", err)
	}
	if err := writer.Delete(ctx, boat, client.PropagationPolicy(metav1.DeletePropagationForeground)); err != nil {
		return err
	}
	return until(ctx, "the boat and what it owned are gone", func(ctx context.Context) bool {
		return apierrors.IsNotFound(made.GetAPIReader().Get(ctx, key, boat)) && apierrors.IsNotFound(made.GetAPIReader().Get(ctx, key, kept))
	})
}
