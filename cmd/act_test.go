package cmd

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"jotkit/cmd/authority"
	"jotkit/userdb/kv"
)

// actOn is a program that acts on the store by lines: jti ID, user NAME, key KID, token TOKEN, rotate. It answers each, when
// it has been done, with a line: ok, or what went wrong. At view, and at stopping ID, it stops itself in the middle of the
// transaction.
func actOn() {
	e := scriptEnv()
	e.wait = 10 * time.Second
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		verb, what, _ := strings.Cut(in.Text(), " ")
		if err := actOnce(e, verb, what); err != nil {
			fmt.Println(err)
		} else {
			fmt.Println("ok")
		}
	}
	os.Exit(0)
}

// actOnce does one line of act-on.
func actOnce(e *env, verb, what string) error {
	ctx := context.Background()
	a, err := e.existing(ctx)
	if err != nil {
		return err
	}
	switch verb {
	case "jti":
		_, err = a.RevokeID(ctx, what, authority.Revoke{})
	case "token":
		_, err = a.RevokeToken(ctx, what, authority.Revoke{})
	case "user":
		_, err = a.RevokeUser(ctx, what, authority.Revoke{})
	case "key":
		_, err = a.RevokeKey(ctx, what, authority.Revoke{})
	case "view":
		err = a.Store.View(ctx, func(kv.View) error { stopSelf(); return nil })
	case "stopping":
		once := sync.OnceFunc(stopSelf)
		a.Now = func() time.Time { once(); return time.Now() } // a change asks for the time while it has the store
		_, err = a.RevokeID(ctx, what, authority.Revoke{})
	case "rotate":
		_, _, err = a.Rotate(ctx, authority.RotateRequest{})
	default:
		err = fmt.Errorf("unknown verb %q", verb)
	}
	return err
}
