package cmd

import (
	"context"

	"github.com/spf13/cobra"

	"jotkit/userdb/kv/sealed"
)

func newStoreReseal(e *env) *cobra.Command {
	var how sealKeyChange
	c := &cobra.Command{
		Use:   "reseal",
		Short: "Give the store another seal key",
		Long: `Give the store another seal key.

A new key takes the place of the old one. The old one is kept
beside it, named after its id: other stores and copies of this
one may need it. With --to the key in that file is taken, made
where there is none, and nothing else is moved: name it with
--seal-key-file from then on.

The new key has the passphrase of the old one, if any, unless a
flag says otherwise. There is no passphrase without a new key:
the old one lay open, and may have been copied. Files under a
passphrase are those of age: age -d opens them too.

One record is written anew. Who has the old key and an old copy
of the store still reads that copy, and knows what its records
are sealed with: after a leak of both, jotkit store compact
--new-key seals every record anew.`,
		Example: `  jotkit store reseal
  jotkit store reseal --passphrase
  jotkit store reseal --to /media/usb/seal.key`,
		Args: atMost(0),
		RunE: func(c *cobra.Command, _ []string) error { return e.reseal(c.Context(), how) },
	}
	how.bind(c)
	return c
}

func (e *env) reseal(ctx context.Context, how sealKeyChange) error {
	p, err := e.existingPlace(ctx)
	if err != nil {
		return err
	}
	a := e.authority(p.store)
	changed, err := e.changeSealKey(ctx, p, how, func(old, with sealed.Key) error {
		return sealed.Reseal(ctx, p.store, old, with, a.Line("store reseal", map[string]string{"old": old.ID(), "seal_key": with.ID()}))
	})
	if err != nil {
		return err
	}
	return e.showSealKeyChanged(changed)
}

type newSealKeyJSON struct {
	ID        string `json:"id"`
	Path      string `json:"path"`
	Protected bool   `json:"protected"` // by a passphrase
}

// sealKeyChangedJSON is how the keys lie after a change, for scripts.
type sealKeyChangedJSON struct {
	SealKey newSealKeyJSON `json:"seal_key"`
	Old     keyPlace       `json:"old"` // its path is "" where it is in no file
}

func (c sealKeyChanged) json() sealKeyChangedJSON {
	return sealKeyChangedJSON{newSealKeyJSON{c.ID, c.Path, c.Protected}, keyPlace{c.OldID, c.OldPath}}
}

func (e *env) showSealKeyChanged(c sealKeyChanged) error {
	if c.Ended {
		e.note("ended a change of the seal key that had been cut off; no further one was made")
	}
	if how, err := e.usualSealKeyPath(); err == nil && how != c.Path {
		e.note("name the key with --seal-key-file, or JOTKIT_SEAL_KEY_FILE, from now on")
	}
	for _, left := range allWith(c.Path, nextMark) {
		e.note("%s was left by a change that was cut off; remove it, unless another store asks for the key of this id", left)
	}
	e.note("keep a copy of the key apart from the store")
	if e.json {
		return e.printJSON(c.json())
	}
	return e.print(table(c.rows()))
}

func (c sealKeyChanged) rows() [][]string {
	path := c.Path
	if c.Protected {
		path += " (under a passphrase)"
	}
	rows := [][]string{{"seal key", c.ID, path}}
	if c.OldID != "" {
		rows = append(rows, []string{"old", c.OldID, c.OldPath})
	}
	return rows
}
