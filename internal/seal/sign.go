package seal

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// Signer signs the texts of one purpose with HMAC-SHA-256, truncated to 16 bytes. Its methods may be
// called from any goroutine.
type Signer struct{ keys [][]byte }

// NewSigner returns a signer for a purpose. It needs at least one secret.
func NewSigner(secrets [][]byte, purpose string) *Signer {
	s := &Signer{}
	for _, secret := range secrets {
		s.keys = append(s.keys, derive(secret, purpose, sha256.Size))
	}
	return s
}

// Sign returns the text, a point, and the text's signature.
func (s *Signer) Sign(text string) string {
	return text + "." + base64.RawURLEncoding.EncodeToString(mac(s.keys[0], text))
}

// Verify returns the signed text, and reports whether its signature is good. current reports whether
// the first secret has signed it; if not, it should be signed again.
func (s *Signer) Verify(signed string) (text string, current, ok bool) {
	at := strings.LastIndexByte(signed, '.')
	if at < 0 || len(signed) > MaxSize {
		return "", false, false
	}
	sum, err := base64.RawURLEncoding.DecodeString(signed[at+1:])
	if err != nil {
		return "", false, false
	}
	for i, key := range s.keys {
		if hmac.Equal(sum, mac(key, signed[:at])) {
			return signed[:at], i == 0, true
		}
	}
	return "", false, false
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)[:16]
}
