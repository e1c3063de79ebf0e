//go:build !etcd

package cmd

import (
	"context"
	"fmt"

	"github.com/spf13/pflag"

	"jotkit/userdb/kv"
)

// A jotkit that was built without the tag etcd knows what a store in etcd is, and how to build one that reads it.

// clusterFlags are the flags for clusters: none.
type clusterFlags struct{}

func (*clusterFlags) bind(*pflag.FlagSet)     {}
func (*serveOptions) bindNode(*pflag.FlagSet) {}

func clusterHint(error) string { return "" }

const clusterTopic, clusterFilesTopic = "", ""

func (e *env) newCluster(_ context.Context, endpoints []string, prefix string) (cluster, error) {
	return nil, &hintedError{
		fmt.Errorf("%w: this jotkit was built without etcd", kv.ErrUnavailable),
		"where its source is: CGO_ENABLED=0 go build -tags etcd -o jotkit .",
	}
}
