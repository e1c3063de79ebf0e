// Package etcd keeps a kv.Store in an etcd cluster, shared by processes on many machines. Only [Parse] and the errors beside
// it are in a program that was built without the tag etcd: the client is large.
//
// All that a store has lies under one prefix of the cluster's keys, so one cluster serves many stores. A View reads one
// revision. An Update reads one revision too, notes what it has read, and commits in one transaction that happens only if
// all of that is still so; who lost a race runs again, and who lost often asks for the store to itself. So it is
// linearizable: of two Updates that read what the other writes, one sees the other, whichever members they asked. Those of one
// process that wait at once are one transaction, as if one had come after the other.
//
// A commit of which no answer came back, for a connection that was cut or a member that died, is settled: afterwards it has
// either happened or never will, and Update says which, or that it could not find out in time. There are no leases, and no clock decides about a record.
//
// [Store.Follow] has a process hear of each watched commit, and know how old the news is that it has. A process that has seen
// the cluster further than it is, for its members were restored, goes no further: [ErrRestored]. Values are not looked
// into; wrap the store in package sealed, and etcd's operators see names and lengths alone.
//
// The history of revisions is etcd's to compact: have the members do so (--auto-compaction-retention), and keep an hour of it
// or more, so that nobody has to read all again who was away for a moment.
package etcd

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"

	"jotkit/userdb/kv"
)

// Scheme is what the URL of a store in etcd begins with.
const Scheme = "etcd://"

// ErrURL comes back for what is no URL of a store in etcd.
var ErrURL = errors.New("not of the form etcd://HOST:PORT,HOST:PORT/PREFIX")

// ErrRestored comes back, as kv.ErrRolledBack, in a process that has seen the cluster further than it is.
var ErrRestored = fmt.Errorf("%w: its members were restored from an older copy", kv.ErrRolledBack)

// ErrTLS comes back, as kv.ErrUnreachable, where members and this process do not take each other's certificates.
var ErrTLS = fmt.Errorf("%w: TLS fails", kv.ErrUnreachable)

// Parse reads a URL of the form etcd://host1:2379,host2:2379/prefix. A host without a port has 2379. The prefix comes back
// without slashes at its ends; it may have some inside.
func Parse(url string) (endpoints []string, prefix string, err error) {
	rest, ok := strings.CutPrefix(url, Scheme)
	hosts, prefix, slash := strings.Cut(rest, "/")
	prefix = strings.Trim(prefix, "/")
	switch {
	case !ok || !slash || hosts == "":
		return nil, "", fmt.Errorf("%q: %w", url, ErrURL)
	case prefix == "":
		return nil, "", fmt.Errorf("%q: %w: the prefix is missing", url, ErrURL)
	case strings.ContainsAny(prefix, "?#\x00") || len(prefix) > 256:
		return nil, "", fmt.Errorf("%q: %w: a prefix has up to 256 bytes, and no ? or #", url, ErrURL)
	}
	for host := range strings.SplitSeq(hosts, ",") {
		endpoint, err := endpointOf(host)
		if err != nil {
			return nil, "", fmt.Errorf("%q: %w: %w", url, ErrURL, err)
		}
		endpoints = append(endpoints, endpoint)
	}
	return endpoints, prefix, nil
}

// endpointOf adds the port that etcd has by default.
func endpointOf(host string) (string, error) {
	if strings.ContainsAny(host, "@?#% \t\r\n") {
		return "", fmt.Errorf("host %q", host) // a password in a URL ends up in logs
	}
	name, port, err := net.SplitHostPort(host)
	if err != nil {
		name, port = strings.Trim(host, "[]"), "2379"
		if strings.Contains(name, ":") && host != "["+name+"]" {
			return "", fmt.Errorf("host %q", host)
		}
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 || name == "" {
		return "", fmt.Errorf("host %q", host)
	}
	return net.JoinHostPort(name, port), nil
}
