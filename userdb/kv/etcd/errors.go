//go:build etcd

package etcd

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"jotkit/userdb/kv"
)

var (
	errOver   = errors.New("used after its transaction")
	errWaited = errors.New("waited long enough")

	// errFull comes back when the members take nothing more. The commit with which they first find that has happened.
	errFull = fmt.Errorf("%w: etcd's quota of space is used up", kv.ErrUnavailable)

	// ErrAccess comes back when the cluster does not let this client in, or not to this prefix.
	ErrAccess = errors.New("etcd refuses access")
	// ErrTooLarge comes back from an Update that writes more than the members take in one transaction.
	ErrTooLarge = errors.New("too much for one transaction of etcd")
	// ErrUnknown comes back from an Update of which it could not be found out in time whether it has happened.
	ErrUnknown = fmt.Errorf("%w: it is not known whether the last change has happened", kv.ErrUnavailable)
)

// bounded returns a context that ends when the store was waited for long enough, whatever ends the caller's.
func (s *Store) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, s.o.Wait, errWaited)
}

// gaveUp is the error of who waited for long enough, for that reason, or was told to stop.
func gaveUp(ctx context.Context, why error) error {
	cause := context.Cause(ctx)
	switch {
	case errors.Is(cause, errWaited):
		return why
	case errors.Is(ctx.Err(), context.Canceled):
		return cause
	}
	return fmt.Errorf("%w: %w", why, cause)
}

// final is the error of a request that is refused however often it is sent, and nil for others. What is refused has not
// happened, but for errFull.
func final(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, kv.ErrDamaged):
		return err
	case errors.Is(err, rpctypes.ErrCompacted):
		return errCompacted
	case errors.Is(err, rpctypes.ErrAuthFailed), errors.Is(err, rpctypes.ErrPermissionDenied),
		errors.Is(err, rpctypes.ErrUserEmpty), errors.Is(err, rpctypes.ErrInvalidAuthToken):
		return fmt.Errorf("%w: %w: %s", kv.ErrUnavailable, ErrAccess, description(err))
	case errors.Is(err, rpctypes.ErrNoSpace):
		return errFull
	case errors.Is(err, rpctypes.ErrTooManyOps), errors.Is(err, rpctypes.ErrRequestTooLarge), overGRPC(err):
		return fmt.Errorf("%w: %s", ErrTooLarge, description(err))
	case errors.Is(err, rpctypes.ErrCorrupt):
		return fmt.Errorf("%w: %s", kv.ErrDamaged, description(err))
	case code(err) == codes.InvalidArgument:
		return err
	}
	return nil
}

// overGRPC tells whether a request is so large that gRPC does not carry it to where etcd would say so.
func overGRPC(err error) bool {
	return code(err) == codes.ResourceExhausted && strings.Contains(description(err), "message larger than max")
}

func code(err error) codes.Code {
	var e rpctypes.EtcdError
	if errors.As(err, &e) {
		return e.Code()
	}
	return status.Code(err)
}

func description(err error) string {
	var e rpctypes.EtcdError
	if errors.As(err, &e) {
		return e.Error()
	}
	if s, ok := status.FromError(err); ok {
		said := s.Message()
		if inner, err := strconv.Unquote(strings.TrimPrefix(said, "connection error: desc = ")); err == nil {
			return strings.TrimPrefix(inner, "transport: ")
		}
		return said
	}
	return err.Error()
}

// A trouble is the error that says most of why no member answers: that time was over says nothing, and that a certificate is
// not taken says more than that the connection was cut, which comes of it.
type trouble struct{ err error }

func (t *trouble) note(err error) {
	if c := code(err); t.err == nil || c != codes.DeadlineExceeded && c != codes.Canceled && c != codes.Unknown && !ofTLS(t.err) {
		t.err = err
	}
}

func (t *trouble) unreachable() error {
	switch {
	case t.err == nil:
		return kv.ErrUnreachable
	case ofTLS(t.err):
		return fmt.Errorf("%w: %s", ErrTLS, description(t.err))
	}
	return fmt.Errorf("%w: %s", kv.ErrUnreachable, description(t.err))
}

// ofTLS tells by its text whether an error is of certificates: on its way through gRPC it loses its type.
func ofTLS(err error) bool {
	said := description(err)
	return strings.Contains(said, "tls: ") || strings.Contains(said, "x509: ")
}

// pause waits between tries, up to twice as long each time, and by chance, so that those who met do not meet again. It
// returns false when ctx is over.
func pause(ctx context.Context, tries int) bool {
	const first, most = 2 * time.Millisecond, 200 * time.Millisecond
	t := time.NewTimer(rand.N(min(most, first<<min(tries, 10))) + time.Millisecond)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
