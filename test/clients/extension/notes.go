package main

import (
	"context"
	"sort"
	"sync"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/internalversion"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/apiserver/pkg/endpoints/request"
	"k8s.io/apiserver/pkg/registry/rest"
)

var groupVersion = schema.GroupVersion{Group: "notes.drydock.test", Version: "v1"}

// Note is what the extension server keeps, in memory.
type Note struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Text              string `json:"text,omitempty"`
	// Writer is who made it, as this server was told.
	Writer string `json:"writer,omitempty"`
}

func (n *Note) DeepCopyObject() runtime.Object {
	copied := *n
	n.ObjectMeta.DeepCopyInto(&copied.ObjectMeta)
	return &copied
}

type NoteList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Note `json:"items"`
}

func (l *NoteList) DeepCopyObject() runtime.Object {
	copied := *l
	copied.Items = nil
	for _, item := range l.Items {
		copied.Items = append(copied.Items, *item.DeepCopyObject().(*Note))
	}
	return &copied
}

// notes answers for the resource.
type notes struct {
	rest.TableConvertor
	lock  sync.Mutex
	byKey map[string]*Note
	heard *watch.Broadcaster
}

func (*notes) New() runtime.Object     { return &Note{} }
func (*notes) NewList() runtime.Object { return &NoteList{} }
func (*notes) Destroy()                {}
func (*notes) NamespaceScoped() bool   { return true }
func (*notes) GetSingularName() string { return "note" }
func (*notes) Kind() string            { return "Note" }
func (*notes) GroupVersionKind(schema.GroupVersion) schema.GroupVersionKind {
	return groupVersion.WithKind("Note")
}

func key(ctx context.Context, name string) string {
	return request.NamespaceValue(ctx) + "/" + name
}

func (s *notes) Get(ctx context.Context, name string, _ *metav1.GetOptions) (runtime.Object, error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	if found, ok := s.byKey[key(ctx, name)]; ok {
		return found.DeepCopyObject(), nil
	}
	return nil, apierrors.NewNotFound(schema.GroupResource{Group: groupVersion.Group, Resource: "notes"}, name)
}

func (s *notes) List(ctx context.Context, _ *internalversion.ListOptions) (runtime.Object, error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	list := &NoteList{Items: []Note{}}
	for _, note := range s.byKey {
		if namespace := request.NamespaceValue(ctx); namespace == "" || note.Namespace == namespace {
			list.Items = append(list.Items, *note.DeepCopyObject().(*Note))
		}
	}
	sort.Slice(list.Items, func(a, b int) bool { return list.Items[a].Name < list.Items[b].Name })
	return list, nil
}

func (s *notes) Watch(_ context.Context, _ *internalversion.ListOptions) (watch.Interface, error) {
	return s.heard.Watch()
}

func (s *notes) Create(ctx context.Context, object runtime.Object, validate rest.ValidateObjectFunc, _ *metav1.CreateOptions) (runtime.Object, error) {
	if err := validate(ctx, object); err != nil {
		return nil, err
	}
	note := object.(*Note)
	rest.FillObjectMetaSystemFields(note)
	note.Namespace = request.NamespaceValue(ctx)
	if user, ok := request.UserFrom(ctx); ok {
		note.Writer = user.GetName()
	}
	s.lock.Lock()
	defer s.lock.Unlock()
	s.byKey[key(ctx, note.Name)] = note
	_ = s.heard.Action(watch.Added, note.DeepCopyObject())
	return note.DeepCopyObject(), nil
}
