package cmd

import (
	"errors"
	"fmt"
	"time"

	"jotkit/cmd/authority"
	"jotkit/keyring"
	"jotkit/userdb/kv"
	"jotkit/userdb/kv/bolt"
	"jotkit/userdb/kv/sealed"
)

// told is how many faults of one kind are shown one by one.
const told = 10

// stops tells an error that ends the examination from one that is a finding.
func (x *examination) stops(err error) bool {
	return err != nil && (x.ctx.Err() != nil || errors.Is(err, kv.ErrBusy))
}

// inside checks what is in the store, as far as each step lets the next one look.
func (x *examination) inside() error {
	if sound, err := x.outside(); !sound || err != nil {
		return err
	}
	key, opens, err := x.sealKey()
	if err != nil || !opens {
		return err
	}
	if err := x.records(key); err != nil {
		return err
	}
	return x.meaning(x.authority(sealed.New(x.p.store, key)))
}

// outside checks what the records lie in, and tells whether they can be looked at.
func (x *examination) outside() (sound bool, err error) {
	if x.p.file == nil {
		x.well("etcd", "%s answers. Its members and their disks are for etcdctl endpoint health", x.p.path)
		return true, nil
	}
	info, err := x.p.file.Info(x.ctx)
	if x.stops(err) {
		return false, err
	}
	x.generation(info, err)
	if err != nil {
		return false, nil
	}
	return true, x.pages(info)
}

// generation tells whether the store can be opened at all, and is the one that was here last.
func (x *examination) generation(info bolt.Info, err error) {
	restore := x.self("store", "restore", "F")
	switch {
	case err == nil && info.Guarded:
		x.well("generation", "commit %d, and its companion has seen none beyond", info.Commits)
	case err == nil:
		x.warn("generation", x.self("rotate"), "no companion: an old copy in its place would not be noticed. The next write makes one")
	case errors.Is(err, kv.ErrRolledBack):
		x.fail("generation", restore, "%v. Put back the newest backup: an older one says what it would lose", err)
	case errors.Is(err, kv.ErrUnsupported):
		x.fail("filesystem", "", "%v: move the store to a local disk", err)
	case errors.Is(err, bolt.ErrCompanion): // no restore goes past it
		lock := shellWord(x.p.path + ".lock")
		x.fail("companion", "mv "+lock+" "+lock+".aside", "%v. Stop serve first; the store may well be whole", err)
	case errors.Is(err, kv.ErrDamaged):
		x.fail("pages", restore, "%v", err)
	default:
		x.fail("store", "", "%v", err)
	}
}

func (x *examination) pages(info bolt.Info) error {
	faults, err := x.p.file.Check(x.ctx)
	if x.stops(err) {
		return err
	}
	if err != nil {
		faults = []string{err.Error()}
	}
	if len(faults) == 0 {
		x.well("pages", "%d, each in use once or free", info.Pages)
	}
	x.failEach("pages", x.self("store", "restore", "F"), faults)
	if isLoose(info) && info.Free*info.PageSize >= looseFrom {
		x.warn("free pages", x.self("store", "compact"), "%d of %d (%d %%)", info.Free, info.Pages, percent(info.Free, info.Pages))
	} else {
		x.well("free pages", "%d of %d", info.Free, info.Pages)
	}
	return nil
}

// failEach makes a failure of each fault, the first few one by one.
func (x *examination) failEach(name, mend string, faults []string) {
	for i, f := range faults {
		if i == told {
			x.fail(name, mend, "and %d more", len(faults)-told)
			return
		}
		x.fail(name, mend, "%s", bareFault(f))
	}
}

// sealKey tells whether the key is there and opens the store.
func (x *examination) sealKey() (key sealed.Key, opens bool, err error) {
	about, err := sealOf(x.ctx, x.p.store)
	if x.stops(err) {
		return key, false, err
	}
	switch {
	case errors.Is(err, kv.ErrSchema):
		x.fail("schema", "", "%v: use the newer jotkit", err)
		return key, false, nil
	case err != nil:
		x.fail("records", x.restoring(), "%v", err)
		return key, false, nil
	}
	x.well("schema", "%d", about.Schema)
	key, err = x.keyFor(x.ctx, x.p, x.p.store)
	if x.stops(err) {
		return key, false, err
	}
	if err != nil {
		x.noSealKey(err)
		return key, false, nil
	}
	if isKeyID(about.SealKey) && exists(nextName(x.p.keyPath, about.SealKey)) {
		x.warn("seal key", x.self("store", "reseal"), "a change of it was cut off: the new key lies beside the old one")
		return key, true, nil
	}
	x.well("seal key", "%s opens it", x.p.keyPath)
	return key, true, nil
}

// restoring is what puts a backup back. In a cluster it takes more than one command.
func (x *examination) restoring() string {
	if x.p.file == nil {
		return ""
	}
	return x.self("store", "restore", "F")
}

// noSealKey tells why the seal key does not open the store, and the way out, where that is known.
func (x *examination) noSealKey(err error) {
	mend, way := "", x.hint(err)
	var exposed *exposedError
	if errors.As(err, &exposed) {
		mend, way = way, ""
	}
	if way != "" {
		way = ". " + way
	}
	x.fail("seal key", mend, "%v%s. What is in the store was not looked at", err, way)
}

// records opens every record, page by page.
func (x *examination) records(key sealed.Key) error {
	checked, faults, err := openAll(x.ctx, x.p.store, key)
	if x.stops(err) {
		return err
	}
	if err != nil {
		faults = append(faults, err.Error())
	}
	if len(faults) == 0 {
		x.well("records", "%d, each as it was written under its name", checked)
	}
	x.failEach("records", x.restoring(), faults)
	return nil
}

// meaning checks what the records say.
func (x *examination) meaning(a *authority.Authority) error {
	faults, err := a.CheckSettings(x.ctx)
	if err := x.faults("settings", "each can be set so", faults, err); err != nil {
		return err
	}
	keys, faults, err := a.CheckRing(x.ctx)
	if err := x.faults("keys", "one signs, one waits, and both are whole", faults, err); err != nil {
		return err
	}
	entries, faults, err := a.CheckDeny(x.ctx)
	if err := x.faults("deny list", counted(entries, "mark")+", and no hole", faults, err); err != nil {
		return err
	}
	checked, faults, err := a.CheckRecords(x.ctx, x.p.store)
	if err := x.faults("people", fmt.Sprintf("%d users, roles, sessions and revocations", checked), faults, err); err != nil {
		return err
	}
	lines, faults, err := a.CheckAudit(x.ctx)
	if err := x.faults("audit", counted(lines, "line")+", none changed or cut out", faults, err); err != nil {
		return err
	}
	if len(keys) == 0 {
		return nil
	}
	return x.times(a, keys)
}

// faults makes checks of what one step has found.
func (x *examination) faults(name, well string, faults []authority.Fault, err error) error {
	if x.stops(err) {
		return err
	}
	if err != nil {
		x.fail(name, "", "%v", err)
	}
	for i, f := range faults {
		mend := ""
		if len(f.Mend) > 0 {
			mend = x.self(f.Mend...)
		}
		switch {
		case i == told:
			x.fail(name, "", "and %d more", len(faults)-told)
			return nil
		case f.Mild:
			x.warn(name, mend, "%s", f.What)
		default:
			x.fail(name, mend, "%s", bareFault(f.What))
		}
	}
	if err == nil && len(faults) == 0 {
		x.well(name, "%s", well)
	}
	return nil
}

func (x *examination) times(a *authority.Authority, keys []keyring.Entry) error {
	ages, faults := a.CheckAges(keys)
	well := fmt.Sprintf("%s signing; the next one is published for %s", formatDuration(ages.Signs), formatDuration(ages.Waits))
	if err := x.faults("key age", well, faults, nil); err != nil {
		return err
	}
	newest, faults, err := a.CheckClock(x.ctx, keys)
	return x.faults("clock", "not before the newest line, of "+newest.Format(time.RFC3339), faults, err)
}
