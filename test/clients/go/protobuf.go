package main

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

// Everything is sent as protobuf and taken as protobuf; a refusal is a Status all the same.
func protobuf(ctx context.Context, config *rest.Config, namespace string) error {
	binary := rest.CopyConfig(config)
	binary.ContentType = "application/vnd.kubernetes.protobuf"
	binary.AcceptContentTypes = "application/vnd.kubernetes.protobuf,application/json"
	client := kubernetes.NewForConfigOrDie(binary)
	secrets := client.CoreV1().Secrets(namespace)
	for count := range 2 {
		name := fmt.Sprintf("binary-%d", count)
		made, err := secrets.Create(ctx, &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: name}, Data: map[string][]byte{"a": {0, 255, 1}}}, metav1.CreateOptions{})
		if err != nil {
			return err
		}
		made.Data["b"] = []byte{2}
		if made, err = secrets.Update(ctx, made, metav1.UpdateOptions{}); err != nil || len(made.Data) != 2 {
			return fmt.Errorf("%v: %w", made, err)
		}
		if made, err = secrets.Patch(ctx, name, types.MergePatchType, []byte(`{"data":{"a":null}}`), metav1.PatchOptions{}); err != nil || len(made.Data) != 1 {
			return fmt.Errorf("%v: %w", made, err)
		}
	}
	list, err := secrets.List(ctx, metav1.ListOptions{Limit: 1})
	if err != nil || len(list.Items) != 1 || list.Continue == "" || *list.RemainingItemCount != 1 {
		return fmt.Errorf("%v: %w", list, err)
	}
	watch, err := secrets.Watch(ctx, metav1.ListOptions{ResourceVersion: list.ResourceVersion})
	if err != nil {
		return err
	}
	defer watch.Stop()
	if err := secrets.Delete(ctx, "binary-0", metav1.DeleteOptions{}); err != nil {
		return err
	}
	event := <-watch.ResultChan()
	if gone, ok := event.Object.(*corev1.Secret); !ok || event.Type != "DELETED" || gone.Name != "binary-0" {
		return fmt.Errorf("%v came where a deletion was expected", event)
	}
	_, err = secrets.Create(ctx, &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: "No Name"}}, metav1.CreateOptions{})
	if !apierrors.IsInvalid(err) {
		return fmt.Errorf("a wrong name: %w", err)
	}
	if _, err := secrets.Get(ctx, "missing", metav1.GetOptions{}); !apierrors.IsNotFound(err) {
		return fmt.Errorf("a missing one: %w", err)
	}
	return nil
}
