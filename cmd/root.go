package cmd

import "github.com/spf13/cobra"

// The groups of commands in the root help.
const (
	groupTokens = "tokens"
	groupKeys   = "keys"
	groupPeople = "people"
	groupStore  = "store"
	groupOther  = "other"
)

// newRoot makes the tree of commands for a command line: where that begins with a verb, the others are left out, for to
// make them all takes longer than many a verb. began tells afterwards whether a command was reached: an error before that
// is one of usage.
func newRoot(e *env, args []string) (root *cobra.Command, began *bool) {
	began = new(bool)
	root = &cobra.Command{
		Use:   "jotkit COMMAND",
		Short: "Make, read, verify and revoke JSON Web Tokens",
		Example: `  jotkit register ada
  T=$(jotkit login ada)
  jotkit decode "$T"
  jotkit verify "$T"
  jotkit revoke "$T"`,
		Args:                       cobra.ArbitraryArgs, // so that an unknown command is ours to name
		RunE:                       func(c *cobra.Command, args []string) error { *began = true; return bare(c, args) },
		SilenceUsage:               true,
		SilenceErrors:              true,
		SuggestionsMinimumDistance: 2,
		CompletionOptions:          cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	for _, g := range []cobra.Group{
		{ID: groupTokens, Title: "Tokens"}, {ID: groupKeys, Title: "Keys"}, {ID: groupPeople, Title: "People"},
		{ID: groupStore, Title: "Store"}, {ID: groupOther, Title: "More"},
	} {
		root.AddGroup(&g)
	}
	for _, v := range typed(args) {
		c := v.make(e)
		c.GroupID = v.group
		root.AddCommand(c)
		markBeginning(c, began, v.brief())
		if v.name == "help" {
			root.SetHelpCommand(c) // or cobra makes its own
		}
	}
	bindGlobal(root.PersistentFlags(), &e.global)
	root.SetIn(e.in)
	root.SetOut(e.out)
	root.SetErr(e.errs)
	root.SetHelpFunc(func(c *cobra.Command, _ []string) { e.help(c) })
	return root, began
}

// A verb is a command below the root.
type verb struct {
	group, name string
	make        func(*env) *cobra.Command
}

// brief tells of a verb that leaves nothing half done behind, wherever it is cut off: only one that waits has use for
// catching signals.
func (v verb) brief() bool { return v.name == "verify" || v.name == "decode" }

// verbs are all there are, in the order of the root help.
func verbs() []verb {
	return []verb{
		{groupTokens, "login", newLogin}, {groupTokens, "refresh", newRefresh}, {groupTokens, "logout", newLogout},
		{groupTokens, "mint", newMint}, {groupTokens, "decode", newDecode}, {groupTokens, "verify", newVerify},
		{groupTokens, "lint", newLint}, {groupTokens, "encrypt", newEncrypt}, {groupTokens, "decrypt", newDecrypt},
		{groupTokens, "revoke", newRevoke}, {groupTokens, "revocations", newRevocations}, {groupTokens, "probe", newProbe},
		{groupKeys, "keys", newKeys}, {groupKeys, "rotate", newRotate}, {groupKeys, "bundle", newBundle},
		{groupPeople, "register", newRegister}, {groupPeople, "users", newUsers}, {groupPeople, "roles", newRoles},
		{groupPeople, "sessions", newSessions},
		{groupStore, "init", newInit}, {groupStore, "settings", newSettings}, {groupStore, "audit", newAudit},
		{groupStore, "store", newStore}, {groupStore, "serve", newServe},
		{groupOther, "demo", newDemo}, {groupOther, "version", newVersion}, {groupOther, "completion", newCompletion},
		{groupOther, "help", newHelp},
	}
}

// typed are the verbs that a command line is about, and help. Help and completions are about all, and who has mistyped one
// is told the one that is like it.
func typed(args []string) []verb {
	all := verbs()
	help := all[len(all)-1]
	if len(args) == 0 || args[0] == help.name || args[0] == "completion" {
		return all
	}
	for _, v := range all {
		if v.name == args[0] {
			return []verb{v, help}
		}
	}
	return all
}

// markBeginning has every command say that it was reached: flags and arguments have been read by then.
func markBeginning(c *cobra.Command, began *bool, brief bool) {
	if run := c.RunE; run != nil {
		c.RunE = func(c *cobra.Command, args []string) error {
			*began = true
			if !brief {
				c.Context().Done() // signals are caught from now on: see untilEnded
			}
			return run(c, args)
		}
	}
	for _, child := range c.Commands() {
		markBeginning(child, began, brief)
	}
}
