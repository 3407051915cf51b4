package handlers

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
)

// box seals what browsers keep and may neither read nor make, for one purpose: the first
// secret seals, all open.
type box struct {
	format byte
	keys   []boxKey
}

type boxKey struct {
	id   [4]byte
	aead cipher.AEAD
}

// maxSealed bounds what is sealed, as text: it travels in headers and addresses.
const maxSealed = 2048

var (
	errSeal     = errors.New("handlers: what was sealed is missing or damaged")
	errSealSize = errors.New("handlers: too much to seal")
)

// newBox makes a box whose texts begin with a byte for their format.
func newBox(secrets [][]byte, purpose string, format byte) box {
	b := box{format: format}
	for _, secret := range secrets {
		block, err := aes.NewCipher(derive(secret, purpose, 32))
		if err != nil {
			panic(fmt.Sprintf("handlers: %v", err)) // the key's size is right
		}
		aead, err := cipher.NewGCM(block)
		if err != nil {
			panic(fmt.Sprintf("handlers: %v", err))
		}
		b.keys = append(b.keys, boxKey{[4]byte(derive(secret, purpose+" key id", 4)), aead})
	}
	return b
}

// derive makes a key for one purpose of a secret.
func derive(secret []byte, purpose string, size int) []byte {
	key, err := hkdf.Key(sha256.New, secret, nil, purpose, size)
	if err != nil {
		panic(fmt.Sprintf("handlers: %v", err)) // the size is within HKDF's
	}
	return key
}

func (b box) seal(plain []byte) (string, error) {
	k := b.keys[0]
	out := append([]byte{b.format}, k.id[:]...)
	head := len(out)
	out = append(out, make([]byte, k.aead.NonceSize())...)
	_, _ = rand.Read(out[head:]) // it never fails
	out = k.aead.Seal(out, out[head:], plain, out[:head])
	if base64.RawURLEncoding.EncodedLen(len(out)) > maxSealed {
		return "", errSealSize
	}
	return base64.RawURLEncoding.EncodeToString(out), nil
}

func (b box) open(text string) ([]byte, error) {
	if len(text) == 0 || len(text) > maxSealed {
		return nil, errSeal
	}
	in, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(in) < 5 || in[0] != b.format {
		return nil, errSeal
	}
	for _, k := range b.keys {
		n := k.aead.NonceSize()
		if [4]byte(in[1:5]) != k.id || len(in) < 5+n {
			continue
		}
		plain, err := k.aead.Open(nil, in[5:5+n], in[5+n:], in[:5])
		if err != nil {
			return nil, errSeal
		}
		return plain, nil
	}
	return nil, errSeal
}
