package cmd

import "github.com/spf13/cobra"

func newCompletion(e *env) *cobra.Command {
	shells := []string{"bash", "zsh", "fish", "powershell"}
	return &cobra.Command{
		Use:   "completion SHELL",
		Short: "Write what a shell needs to complete words",
		Example: `  source <(jotkit completion bash)
  jotkit completion zsh > "${fpath[1]}/_jotkit"`,
		Args:      exactly("SHELL"),
		ValidArgs: shells,
		RunE: func(c *cobra.Command, args []string) error {
			switch args[0] {
			case "bash":
				return c.Root().GenBashCompletionV2(e.out, true)
			case "zsh":
				return c.Root().GenZshCompletion(e.out)
			case "fish":
				return c.Root().GenFishCompletion(e.out, true)
			case "powershell":
				return c.Root().GenPowerShellCompletionWithDesc(e.out)
			}
			return usagef("take bash, zsh, fish or powershell", "no completions for %q", args[0])
		},
	}
}
