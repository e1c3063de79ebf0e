package cmd

import (
	"context"
	"fmt"
	"strings"

	"jotkit/userdb/kv"
	"jotkit/userdb/kv/etcd"
)

// clusterInfoJSON is what a store in a cluster says of itself, for scripts.
type clusterInfoJSON struct {
	Path      string   `json:"path"` // its URL
	ID        string   `json:"id"`   // of the store; its copies have the same
	Schema    uint32   `json:"schema"`
	Revision  kv.Rev   `json:"revision"`
	Endpoints []string `json:"endpoints"`
	Prefix    string   `json:"prefix"` // of its keys in the cluster
	storeHoldsJSON
}

func (e *env) clusterInfo(ctx context.Context, p place) (storeInfo, error) {
	endpoints, prefix, err := etcd.Parse(p.path)
	if err != nil {
		return nil, err
	}
	rev, err := p.store.Rev()
	if err != nil {
		return nil, err
	}
	about, holds, err := e.storeHolds(ctx, p)
	return clusterInfoJSON{p.path, about.Store, about.Schema, rev, endpoints, prefix, holds}, err
}

func (i clusterInfoJSON) rows() [][]string {
	return append([][]string{
		{"path", i.Path},
		{"id", i.ID},
		{"schema", fmt.Sprint(i.Schema)},
		{"revision", fmt.Sprint(i.Revision)},
		{"members", strings.Join(i.Endpoints, ", ")},
		{"prefix", i.Prefix},
	}, i.storeHoldsJSON.rows()...)
}
