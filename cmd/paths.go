package cmd

import (
	"cmp"
	"path/filepath"
	"runtime"
)

// storePath is where the store is: flag, variable, default. One in a cluster has a URL for a path.
func (e *env) storePath() (string, error) {
	if named := cmp.Or(e.store, e.getenv("JOTKIT_STORE")); inCluster(named) {
		return clusterURL(named)
	}
	return e.path(e.store, "JOTKIT_STORE", "--store", e.dataHome(), "jotkit.db")
}

// sealKeyPath is where the seal key of the store is. By default it lies apart from the store, so that a copy of the one
// directory does not hold both.
func (e *env) sealKeyPath() (string, error) {
	return e.path(e.sealKey, "JOTKIT_SEAL_KEY_FILE", "--seal-key-file", e.configHome(), "seal.key")
}

// usualSealKeyPath is where the seal key is looked for without --seal-key-file.
func (e *env) usualSealKeyPath() (string, error) {
	return e.path("", "JOTKIT_SEAL_KEY_FILE", "--seal-key-file", e.configHome(), "seal.key")
}

func (e *env) path(flag, variable, name, home, file string) (string, error) {
	if named := cmp.Or(flag, e.getenv(variable)); named != "" {
		if err := notTheKey(named); err != nil {
			return "", err
		}
		return filepath.Abs(named)
	}
	if home == "" {
		return "", usagef("name it with "+name, "there is no home directory to look for %s in", file)
	}
	return filepath.Join(home, "jotkit", file), nil
}

func (e *env) dataHome() string {
	return e.home("XDG_DATA_HOME", "LOCALAPPDATA", ".local", "share")
}

func (e *env) configHome() string {
	return e.home("XDG_CONFIG_HOME", "APPDATA", ".config")
}

func (e *env) cacheHome() string {
	return e.home("XDG_CACHE_HOME", "LOCALAPPDATA", ".cache")
}

// home is a base directory of the XDG specification, which has relative paths in its variables ignored.
func (e *env) home(variable, onWindows string, below ...string) string {
	if dir := e.getenv(variable); filepath.IsAbs(dir) {
		return dir
	}
	if runtime.GOOS == "windows" {
		return e.getenv(onWindows)
	}
	home := e.getenv("HOME")
	if !filepath.IsAbs(home) {
		return ""
	}
	return filepath.Join(append([]string{home}, below...)...)
}
