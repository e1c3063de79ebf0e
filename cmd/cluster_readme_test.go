//go:build etcd && unix

package cmd

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"jotkit/userdb/kv/etcd/etcdtest"
)

// A deployment is what README says of three members, two nodes and HAProxy, at addresses of this machine.
type deployment struct {
	home
	t       *testing.T
	here    *strings.Replacer // puts our addresses and files in the place of README's
	members etcdtest.Members
}

// TestClusterReadme does all of README's text about more than one machine, and kills members and nodes as they run.
func TestClusterReadme(t *testing.T) {
	for _, program := range []string{"haproxy", "openssl", "curl"} {
		peer(t, program)
	}
	d := newDeployment(t)
	d.certificates()
	for i := range 3 {
		d.member(i + 1)
	}
	for _, m := range d.members {
		until(t, m.Name, func() bool { return exec.Command("curl", d.health(m)...).Run() == nil })
	}
	one := d.node(1)
	begin, _, _ := strings.Cut(readmeBlock(t, "sh", "jotkit init"), "\n") // the line after it is for who has a store already
	if status, log := one.bash(begin); status != 0 {
		t.Fatal(log)
	}
	one.start()
	two := d.node(2)
	two.write("seal.key", one.read("seal.key"))
	two.start()
	front := d.front(t, strings.TrimPrefix(one.url, "http://"), strings.TrimPrefix(two.url, "http://"))
	front.ready()
	if err := front.registers("ada"); err != nil {
		t.Fatal(err)
	}
	g, err := front.logsIn("ada")
	if err != nil {
		t.Fatal(err)
	}
	front.nodesDie(g.Access, one, two)

	d.members[0].Kill() // one may be missing
	until(t, "a login without a member", func() bool { _, err := front.logsIn("ada"); return err == nil })
	d.members[1].Kill() // two are too many
	front.becomes("without a majority", g.Access, http.StatusServiceUnavailable)
	d.starts(d.members[1])
	front.becomes("with a majority", g.Access, http.StatusOK)
	one.end()
	two.end()
}

// newDeployment finds addresses that nobody uses.
func newDeployment(t *testing.T) *deployment {
	t.Helper()
	etcdtest.Need(t)
	h := newHome(t)
	net := fmt.Sprintf("127.%d.%d.", 1+rand.IntN(250), rand.IntN(250)) // all of 127/8 is this machine
	return &deployment{home: h, t: t, here: strings.NewReplacer("10.0.0.", net, ":2379", ":"+newPort(t), ":2380", ":"+newPort(t),
		":8080", ":"+newPort(t), "/etc/jotkit/", h.dir+"/", "/var/lib/etcd/", h.dir+"/data-", "/usr/local/bin/jotkit", h.bin)}
}

// certificates has openssl issue them. They are for 127.0.0.1 too: from there connections come here, whereto ever they go, and
// members look whether a certificate is for where a connection comes from.
func (d *deployment) certificates() {
	d.t.Helper()
	issue := replaced(d.t, readmeBlock(d.t, "sh", "issue etcd1"), "=IP:$2", "=IP:$2,IP:127.0.0.1")
	if status, log := d.bash(d.here.Replace(issue)); status != 0 {
		d.t.Fatal(log)
	}
}

// of makes the file of the first machine that of another: its name, its address, and its directory.
func (d *deployment) of(block, name, first string, n int) string {
	var b strings.Builder
	for line := range strings.Lines(block) {
		if !strings.HasPrefix(line, "ETCD_INITIAL_CLUSTER=") && !strings.Contains(line, "JOTKIT_STORE=") {
			line = strings.NewReplacer(name+"1", fmt.Sprint(name, n), first+"1", fmt.Sprint(first, n)).Replace(line)
		}
		b.WriteString(line)
	}
	return d.here.Replace(b.String())
}

// member starts one by its file.
func (d *deployment) member(n int) {
	d.t.Helper()
	file := d.of(readmeBlock(d.t, "ini", "ETCD_NAME"), "etcd", "10.0.0.1", n)
	file = strings.ReplaceAll(file, "data-", fmt.Sprintf("data-%d-", n))
	m := &etcdtest.Member{Name: fmt.Sprint("etcd", n), Log: d.path(fmt.Sprint("etcd", n, ".log")),
		Client: regexp.MustCompile(`ETCD_ADVERTISE_CLIENT_URLS=https://(.*)`).FindStringSubmatch(file)[1], Env: strings.Fields(file)}
	d.members = append(d.members, m)
	d.starts(m)
	d.t.Cleanup(m.Kill)
}

func (d *deployment) starts(m *etcdtest.Member) {
	d.t.Helper()
	if err := m.Start(); err != nil {
		d.t.Fatal(err)
	}
}

// health asks by the certificate of a node.
func (d *deployment) health(m *etcdtest.Member) []string {
	return []string{"-sf", "--max-time", "10", "--cacert", d.path("ca.pem"), "--cert", d.path("node1.pem"), "--key", d.path("node1.key"), "https://" + m.Client + "/health"}
}

// node is one as its unit has it, not started.
func (d *deployment) node(n int) *daemon {
	d.t.Helper()
	unit := d.of(readmeBlock(d.t, "ini", "ExecStart"), "node", "10.0.0.2", n)
	h := newHome(d.t)
	for _, m := range regexp.MustCompile(`(?m)^Environment=(.*)$`).FindAllStringSubmatch(unit, -1) {
		h.env = append(h.env, strings.Replace(m[1], d.path("seal.key"), h.path("seal.key"), 1))
	}
	start := strings.Fields(regexp.MustCompile(`(?m)^ExecStart=(.*)$`).FindStringSubmatch(unit)[1])
	serve := h.daemon()
	serve.flags = replacedProxy(start[2:])
	serve.url = "http://" + serve.flags[1]
	if start[0] != h.bin || start[1] != "serve" || serve.flags[0] != "--addr" {
		d.t.Fatalf("README starts a node by %q", start)
	}
	return serve
}

// replacedProxy names the address from which our HAProxy connects.
func replacedProxy(flags []string) []string {
	for i, f := range flags {
		if i > 0 && flags[i-1] == "--behind-proxy" && strings.HasSuffix(f, "/32") {
			flags[i] = "127.0.0.0/8"
		}
	}
	return flags
}
