package cmd

import "testing"

// A command line finds its verb by the name in the table, and the verb goes by that name.
func TestVerbNames(t *testing.T) {
	e := newInProcess(t).env("", nil, nil)
	for _, v := range verbs() {
		if name := v.make(e).Name(); name != v.name {
			t.Errorf("%q is in the table as %q", name, v.name)
		}
		root, _ := newRoot(e, []string{v.name, "x"})
		if c, _, err := root.Find([]string{v.name}); err != nil || c.Name() != v.name {
			t.Errorf("%q finds %v, %v", v.name, c.Name(), err)
		}
	}
}

// One verb is made for a command line that begins with it, and all of them for every other one.
func TestTyped(t *testing.T) {
	all := len(verbs())
	for _, tt := range []struct {
		args []string
		want int
	}{
		{[]string{"verify", "--help"}, 2}, {[]string{"keys", "nosuch"}, 2},
		{nil, all}, {[]string{"help"}, all}, {[]string{"help", "verify"}, all}, {[]string{"completion", "bash"}, all},
		{[]string{"__complete", "ver"}, all}, {[]string{"--json", "verify"}, all}, {[]string{"verfy"}, all}, {[]string{""}, all},
	} {
		if got := len(typed(tt.args)); got != tt.want {
			t.Errorf("%q: %d verbs, want %d", tt.args, got, tt.want)
		}
	}
}
