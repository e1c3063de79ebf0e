package authority

import "jotkit/userdb/kv"

// Resealed returns what leaves the line that the store has another seal key, in the commit that gives it: by their public
// ids, which are no secret.
func (a *Authority) Resealed(old, with string) func(kv.Tx) error {
	event := a.event("reseal", "")
	event.Detail["old"], event.Detail["seal_key"] = old, with
	return func(tx kv.Tx) error {
		secrets, err := kv.ReadSecrets(tx)
		if err != nil {
			return err
		}
		settings, err := readSettings(tx)
		if err != nil {
			return err
		}
		return a.leave(tx, secrets, settings, event)
	}
}
