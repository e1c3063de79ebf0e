package cmd

func topicNames() []string { return []string{"exit-codes", "environment", "files", "security"} }

// topicText is the text of a help topic, or "".
func topicText(name string) string {
	switch name {
	case "environment":
		return environmentTopic
	case "files":
		return filesTopic
	case "security":
		return securityTopic
	}
	return ""
}

const environmentTopic = `Environment. A flag wins over its variable.

  JOTKIT_STORE           the store, as --store
  JOTKIT_SEAL_KEY_FILE   its seal key, as --seal-key-file
  JOTKIT_SEAL_PASSPHRASE_FILE
                         the file with the passphrase of the
                         seal key, as --seal-passphrase-file
  JOTKIT_TOKEN           the token, where none is given
  XDG_DATA_HOME          where the store is by default
  XDG_CONFIG_HOME        where the seal key is by default
  XDG_CACHE_HOME         where copies of published keys are
  HTTPS_PROXY, NO_PROXY  the way to published keys
  SSL_CERT_FILE          who vouches for their host (Linux)
  NO_COLOR, TERM=dumb    no colour, as --no-color
` + clusterTopic + `
There is no variable for a password: other programs could read
it. Use --password-stdin or --password-file.
`

const filesTopic = `Files.

  $XDG_DATA_HOME/jotkit/jotkit.db        the store
  $XDG_DATA_HOME/jotkit/jotkit.db.lock   beside it: lock, and
                                         guard against old copies
  $XDG_CONFIG_HOME/jotkit/seal.key       the seal key
  $XDG_CACHE_HOME/jotkit/keys/           copies of published keys,
                                         which may go at any time

jotkit.db.replaced-N is what a restore has replaced, and may go
when all is well; jotkit.db.new-... was left by a command that
was cut off: jotkit store check tells what to remove.

A file named with --refresh-file holds a refresh token, also for
its owner alone: login writes it, refresh replaces it, and logout
removes it.

Without those variables: ~/.local/share, ~/.config and ~/.cache.
All are for their owner alone (0600, directories 0700). Without
its seal key a store cannot be read by anyone, you included: keep
a copy of both, in different places.
` + clusterFilesTopic + `
jotkit store reseal gives a store another seal key, also under a
passphrase. The old one is kept, as seal.key.old-ID, for copies
of the store and for other stores. A seal.key.new-ID was left by
a change that was cut off: reseal ends it. Do not remove either
while a store may ask for the key of this ID.

A seal key must belong to you or to root, with mode 0600. It may
be a link to such a file, or a pipe.
`

const securityTopic = `Security.

Refused, always: alg none; an algorithm that is not the key's;
unknown critical headers; names that stand twice; keys that the
token brings along (jwk, jku, x5c, x5u); tokens without exp or
over 16 KiB.

Keys: HMAC secrets at least as long as the hash (32, 48, 64
bytes), RSA 2048 to 8192 bits, EC on the curve of the algorithm.
A weak key is refused when it comes in, and so is every token
that is verified with one. A secret that is published, or that
can be guessed, does not sign and does not come into the store.

Encrypted tokens: no RSA1_5, no RSA-OAEP with SHA-1, no zip; the
algorithm is the key's; at most 250 KB; passwords of at least 16
bytes. That one opens says nothing of who made it: verify it.

Passwords: at least 15 characters unless the settings say less,
no other rules; hashed with Argon2id. After some failures a name
has to wait, at most 15 minutes.

A store file that gets away without its seal key shows names,
and no secret. Who can write the store can put back old records,
but cannot make a revoked token good.
`
