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

// newRoot makes the whole tree of commands. began tells afterwards whether a command was reached: an error before that is
// one of usage.
func newRoot(e *env) (root *cobra.Command, began *bool) {
	root = &cobra.Command{
		Use:   "jotkit COMMAND",
		Short: "Make, read, verify and revoke JSON Web Tokens",
		Example: `  jotkit register ada
  T=$(jotkit login ada)
  jotkit decode "$T"
  jotkit verify "$T"
  jotkit revoke "$T"`,
		Args:                       cobra.ArbitraryArgs, // so that an unknown command is ours to name
		RunE:                       func(c *cobra.Command, args []string) error { return bare(c, args) },
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
	e.grouped(root)
	bindGlobal(root.PersistentFlags(), &e.global)
	root.SetIn(e.in)
	root.SetOut(e.out)
	root.SetErr(e.errs)
	root.SetHelpFunc(func(c *cobra.Command, _ []string) { e.help(c) })
	began = new(bool)
	markBeginning(root, began)
	return root, began
}

// grouped adds the commands to the root, by hand.
func (e *env) grouped(root *cobra.Command) {
	add := func(group string, list ...*cobra.Command) {
		for _, c := range list {
			c.GroupID = group
			root.AddCommand(c)
		}
	}
	add(groupTokens, newLogin(e), newRefresh(e), newLogout(e), newMint(e), newDecode(e), newVerify(e), newLint(e),
		newEncrypt(e), newDecrypt(e), newRevoke(e), newRevocations(e), newProbe(e))
	add(groupKeys, newKeys(e), newRotate(e), newBundle(e))
	add(groupPeople, newRegister(e), newUsers(e), newRoles(e), newSessions(e))
	add(groupStore, newInit(e), newSettings(e), newAudit(e), newStore(e), newServe(e))
	help := newHelp(e)
	root.SetHelpCommand(help)
	add(groupOther, newDemo(e), newVersion(e), newCompletion(e), help)
}

// markBeginning has every command say that it was reached: flags and arguments have been read by then.
func markBeginning(c *cobra.Command, began *bool) {
	if run := c.RunE; run != nil {
		c.RunE = func(c *cobra.Command, args []string) error {
			*began = true
			return run(c, args)
		}
	}
	for _, child := range c.Commands() {
		markBeginning(child, began)
	}
}
