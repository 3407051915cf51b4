package users

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"

	"golang.org/x/crypto/argon2"
)

// What a hash costs, as OWASP recommends it for Argon2id: about 20 ms.
const (
	passes  = 2
	memory  = 19 << 10 // KiB
	threads = 1
	keySize = 32
)

// hash returns what is stored of a password, in the format that is usual for Argon2.
func hash(password string) string {
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // it never fails
	key := argon2.IDKey([]byte(password), salt, passes, memory, threads, keySize)
	encode := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, memory, passes, threads, encode(salt), encode(key))
}
