package main

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client/apiutil"
)

func discoveryAndMapper(_ context.Context, config *rest.Config, _ string) error {
	found := discovery.NewDiscoveryClientForConfigOrDie(config)
	groups, lists, err := found.ServerGroupsAndResources()
	if err != nil || len(groups) < 15 || len(lists) < 15 {
		return fmt.Errorf("%d groups, %d lists: %w", len(groups), len(lists), err)
	}
	if _, err := found.OpenAPISchema(); err != nil {
		return err
	}
	paths, err := found.OpenAPIV3().Paths()
	if err != nil || paths["apis/apps/v1"] == nil {
		return fmt.Errorf("%d paths: %w", len(paths), err)
	}
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		return err
	}
	mapper, err := apiutil.NewDynamicRESTMapper(config, client)
	if err != nil {
		return err
	}
	mapping, err := mapper.RESTMapping(schema.GroupKind{Group: "apps", Kind: "Deployment"})
	if err != nil || mapping.Resource.Resource != "deployments" {
		return fmt.Errorf("%v: %w", mapping, err)
	}
	if _, err := mapper.RESTMapping(schema.GroupKind{Group: "apps", Kind: "Boat"}); err == nil {
		return fmt.Errorf("a kind that is not there was found")
	}
	return nil
}
