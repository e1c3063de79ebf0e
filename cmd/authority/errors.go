package authority

import (
	"jotkit/userdb"
	"jotkit/userdb/kv"
)

// What comes back from further in and a face has to tell apart, for one that knows only this package.
var (
	ErrUnavailable    = kv.ErrUnavailable
	ErrName           = userdb.ErrName
	ErrPasswordPolicy = userdb.ErrPasswordPolicy
	ErrUserExists     = userdb.ErrUserExists
	ErrScope          = userdb.ErrScope
)
