package cmd

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

func newHelp(e *env) *cobra.Command {
	return &cobra.Command{
		Use:   "help [TOPIC|COMMAND]",
		Short: "Explain a command or a topic",
		Long: `Explain a command or a topic.

Topics: exit-codes, environment, files, security.`,
		Example:   "  jotkit help verify\n  jotkit help exit-codes",
		ValidArgs: topicNames(),
		Args:      cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 1 {
				if args[0] == "exit-codes" {
					return e.showExits()
				}
				if text := topicText(args[0]); text != "" {
					return e.print(text)
				}
			}
			target, rest, err := c.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return usagef("topics: "+strings.Join(topicNames(), ", "), "no help on %q", strings.Join(args, " "))
			}
			return target.Help()
		},
	}
}

// help writes the help of a command: examples come first, since most people read no further.
func (e *env) help(c *cobra.Command) {
	if own := c.Flags().Lookup("help"); own != nil {
		own.Hidden = true // who reads this knows it
	}
	var out strings.Builder
	long := c.Long
	if long == "" {
		long = c.Short
	}
	fmt.Fprintf(&out, "%s\n", long)
	if c.Example != "" {
		fmt.Fprintf(&out, "\nExamples:\n%s\n", c.Example)
	}
	fmt.Fprintf(&out, "\nUsage:\n  %s\n", usageLine(c))
	writeCommands(&out, c)
	if flags := c.LocalFlags(); c.HasParent() && flags.HasAvailableFlags() {
		fmt.Fprintf(&out, "\nFlags:\n%s", flags.FlagUsagesWrapped(helpWidth))
	}
	if !c.HasParent() {
		fmt.Fprintf(&out, "\nFlags of every command:\n%s", c.PersistentFlags().FlagUsagesWrapped(helpWidth))
		out.WriteString("\nTopics: jotkit help " + strings.Join(topicNames(), "|") + "\n")
	}
	_ = e.print(out.String()) // a writer that fails does so again when it is flushed
}

// helpWidth is how wide help is: it fits half a screen.
const helpWidth = 78

func usageLine(c *cobra.Command) string {
	line := c.CommandPath() + strings.TrimPrefix(c.Use, c.Name())
	if c.HasAvailableLocalFlags() && c.HasParent() {
		line += " [flags]"
	}
	return line
}

func writeCommands(out *strings.Builder, c *cobra.Command) {
	row := func(child *cobra.Command) {
		if child.IsAvailableCommand() || child.Name() == "help" {
			fmt.Fprintf(out, "  %-12s %s\n", child.Name(), child.Short)
		}
	}
	for _, g := range c.Groups() {
		fmt.Fprintf(out, "\n%s:\n", g.Title)
		for _, child := range c.Commands() {
			if child.GroupID == g.ID {
				row(child)
			}
		}
	}
	if len(c.Groups()) == 0 && c.HasAvailableSubCommands() {
		out.WriteString("\nCommands:\n")
		for _, child := range c.Commands() {
			row(child)
		}
	}
}

// showExits writes the exit table.
func (e *env) showExits() error {
	if e.json {
		type row struct {
			Exit int    `json:"exit"`
			Name string `json:"name"`
			When string `json:"when"`
		}
		var rows []row
		for _, x := range exits {
			rows = append(rows, row{x.Status, x.Name, x.When})
		}
		return e.printJSON(rows)
	}
	rows := [][]string{{"EXIT", "NAME", "WHEN"}}
	for _, x := range exits {
		row := []string{fmt.Sprint(x.Status), x.Name}
		for _, line := range fold(x.When, helpWidth-25) { // what the columns before it take
			rows = append(rows, append(row, line))
			row = []string{"", ""}
		}
	}
	return e.print(table(rows) + `
Of several reasons to refuse a token the worst one counts, in the
order 10, 16, 11, 15, 12, 13, 14, 17.
`)
}
