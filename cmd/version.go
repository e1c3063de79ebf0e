package cmd

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// versionJSON says which jotkit this is. Commit is "" where it was built without one.
type versionJSON struct {
	Version string `json:"version"`
	Commit  string `json:"commit"`
	Go      string `json:"go"`
}

func newVersion(e *env) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Show which jotkit this is",
		Example: "  jotkit version",
		Args:    atMost(0),
		RunE: func(*cobra.Command, []string) error {
			v := buildVersion()
			if e.json {
				return e.printJSON(v)
			}
			commit := v.Commit
			if commit == "" {
				commit = "no commit"
			}
			return e.print(fmt.Sprintf("jotkit %s (%s, %s)\n", v.Version, commit, v.Go))
		},
	}
}

// buildVersion is what the Go tool wrote into the program.
func buildVersion() versionJSON {
	v := versionJSON{Version: "devel", Go: runtime.Version()}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	if info.Main.Version != "" && info.Main.Version != "(devel)" {
		v.Version = info.Main.Version
	}
	changed := false
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			v.Commit = s.Value
		case "vcs.modified":
			changed = s.Value == "true"
		}
	}
	if changed {
		v.Commit += "+changes"
	}
	return v
}
