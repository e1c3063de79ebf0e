package cmd

import (
	"context"
	"errors"

	"jotkit/token"
)

// outcome finds how a command ends for err.
func outcome(err error) exit {
	if errors.Is(err, context.Canceled) {
		return exit{Status: exitInterrupted, Name: "cancelled"}
	}
	if row, found := firstSaid(err); found {
		return row
	}
	return exits[exitFailure]
}

// firstSaid walks through err and what it wraps in the order in which it is read. The first error that is in the table
// decides: a damaged store stays one, whatever was found in it.
func firstSaid(err error) (exit, bool) {
	if err == nil {
		return exit{}, false
	}
	if row, found := rowOf(err); found {
		return row, true
	}
	switch wrapped := err.(type) {
	case interface{ Unwrap() error }:
		return firstSaid(wrapped.Unwrap())
	case interface{ Unwrap() []error }:
		for _, inner := range wrapped.Unwrap() {
			if row, found := firstSaid(inner); found {
				return row, true
			}
		}
	}
	return exit{}, false
}

// rowOf looks up err itself, not what it wraps. A refusal may hold for several reasons, and its worst one counts.
func rowOf(err error) (exit, bool) {
	if refusal, ok := err.(*token.Refusal); ok {
		err = refusal.Report.Reason()
	}
	for _, row := range exits {
		for _, sentinel := range row.errors {
			if err == sentinel { // not errors.Is, which would look inside
				return row, true
			}
			if is, ok := err.(interface{ Is(error) bool }); ok && is.Is(sentinel) {
				return row, true
			}
		}
	}
	return exit{}, false
}

// statusOf is the exit status for a reason of refusal, 0 for none.
func statusOf(reason token.Reason) int {
	if reason == "" {
		return exitOK
	}
	return outcome(reason).Status
}
