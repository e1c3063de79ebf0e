package authority

import "time"

// Limits are what strangers on the network are held to, and what is remembered of them. They live with the process. What
// is nil in them holds nobody to anything.
type Limits struct {
	Gate          *Gate
	Logins        *Addresses // that failed
	Registrations *Addresses
	Acquaintances *Acquaintances
	Pace          *Pace
	Unseen        *Unseen
	Remembered    *Remembered
}

// NewLimits lets as many passwords be hashed at once as there are cores, and 32 wait for it, five seconds at most; an
// address may log in, refresh and log out five times a second, and fifty times at once.
func NewLimits(cores int) *Limits {
	return &Limits{
		Gate:          NewGate(cores, 32, 5*time.Second),
		Logins:        NewAddresses(),
		Registrations: NewAddresses(),
		Acquaintances: NewAcquaintances(),
		Pace:          NewPace(5, 50),
		Unseen:        NewUnseen(),
		Remembered:    NewRemembered(),
	}
}

// limits are those of the authority, or none.
func (a *Authority) limits() *Limits {
	if a.Limits == nil {
		return &Limits{}
	}
	return a.Limits
}
