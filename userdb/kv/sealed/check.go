package sealed

import (
	"encoding/hex"
	"fmt"

	"jotkit/userdb/kv"
)

// A Description is what a store says of its sealing to anyone.
type Description struct {
	Schema  uint32 // of its records
	Store   string // the id of the store in hexadecimal digits; its copies have the same
	SealKey string // the id of the key that opens it
}

// Describe reads the description of the store that r reads as it lies. Of a store of a newer schema it comes with
// kv.ErrSchema, as far as it can be read.
func Describe(r kv.Reader) (Description, error) {
	e, err := readEnvelope(r)
	return Description{e.Schema, hex.EncodeToString(e.Store), e.SealKey}, err
}

// Check opens the records of the store that v sees as it lies, those after a name, limit at most, and says which do not
// open, a line each. last is the name to go on after, in another transaction, and "" at the end. Nothing of a store
// whose secrets do not open under key can be checked: the errors are those of [New], and of the store where its records
// cannot be found.
func Check(v kv.View, key Key, after string, limit int) (checked int, last string, faults []string, err error) {
	s := seal{key: key, under: v}
	if err := s.ready(); err != nil {
		return 0, "", nil, err
	}
	for e, err := range v.Scan("", after) { // of the store as it lies: it does not stop where a value does not open
		if err != nil {
			return checked, last, faults, err
		}
		if checked == limit {
			return checked, last, faults, nil
		}
		if fault := s.fault(e); fault != "" {
			faults = append(faults, fault)
		}
		checked, last = checked+1, e.Name
	}
	return checked, "", faults, nil
}

// fault says in what way a record does not open, or "".
func (s *seal) fault(e kv.Entry) string {
	if _, err := s.open(e.Name, e.Value); err != nil {
		return fmt.Sprintf("record %q is not what was written under this name", e.Name)
	}
	return ""
}
