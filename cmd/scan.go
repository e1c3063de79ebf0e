package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"

	"jotkit/token/scan"
)

// errNoToken comes back where a text holds no token, or none with the field that was asked for.
var errNoToken = errors.New("no token found")

// scan lists the tokens in a text as they come, so that a log can be followed.
func (e *env) scan(ctx context.Context, args []string, o decodeOptions) error {
	in, err := e.stream(ctx, "--scan", args, o.from)
	if err != nil {
		return err
	}
	defer in.Close()
	shown := 0
	s := scan.NewScanner(&textReader{ctx, e, in})
	found, err := s.Next()
	for ; err == nil; found, err = s.Next() {
		had, err := e.showFound(found, o)
		if err != nil {
			return err
		}
		if !had {
			continue
		}
		if shown++; shown == 1 {
			e.note(notVerified)
		}
	}
	switch {
	case !errors.Is(err, io.EOF):
		return err
	case shown == 0 && o.field != "":
		return fmt.Errorf("%w that has the field %q", errNoToken, o.field)
	case shown == 0:
		return errNoToken
	}
	return nil
}

// A textReader reads for as long as ctx lasts. What was found so far is written out before each wait for more.
type textReader struct {
	ctx context.Context
	e   *env
	in  io.Reader
}

func (t *textReader) Read(b []byte) (int, error) {
	if err := t.e.out.Flush(); err != nil {
		return 0, err
	}
	return interruptible(t.ctx, func() (int, error) { return t.in.Read(b) })
}
